namespace AdapterToolkit;

/// <summary>
/// Names a module as the checkpoint does. The names on the way from the model to a weight, joined by dots, are the
/// tensor's name in the file: <c>model.layers.3.self_attn.q_proj.weight</c>. A list of modules adds each one's index.
/// </summary>
/// <param name="name">The module's part of the name, without a dot at either end.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class CheckpointAttribute(string name) : Attribute
{
    /// <summary>The module's part of the name.</summary>
    public string Name { get; } = name;
}
