namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>The variable of the emitted code that holds the gradient of a value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOwned">Whether the method holds the gradient, and so must release it or pass it on.</param>
/// <param name="IsNonNull">Whether it is never null.</param>
internal sealed record GradientVariable(string Name, bool IsOwned, bool IsNonNull);
