namespace AdapterToolkit;

/// <summary>
/// Marks a class whose <c>Forward</c> the source generator differentiates at compile time: it writes a version of it that
/// saves what the backward pass needs and nothing more, and that backward pass. The class must be <c>partial</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class AdapterModelAttribute : Attribute;
