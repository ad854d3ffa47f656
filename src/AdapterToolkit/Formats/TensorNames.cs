namespace AdapterToolkit.Formats;

/// <summary>The parts of the names of modules and tensors, between which there are dots.</summary>
internal static class TensorNames
{
    /// <summary>The last part of a name: <c>q_proj</c> of <c>model.layers.3.self_attn.q_proj</c>.</summary>
    /// <param name="name">The name.</param>
    public static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];
}
