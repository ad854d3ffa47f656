namespace AdapterToolkit;

/// <summary>
/// Marks a linear layer without an adapter: y = Wx (+ bias), W frozen. Its gradient flows to its input only. The class
/// must be <c>partial</c> and derive from <see cref="Modules.Linear"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FrozenAttribute : Attribute;
