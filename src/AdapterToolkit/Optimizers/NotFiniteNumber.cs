namespace AdapterToolkit.Optimizers;

/// <summary>A number that is infinite or not a number, and where it is.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="Value">The number.</param>
public readonly record struct NotFiniteNumber(string Tensor, float Value);
