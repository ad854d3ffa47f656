namespace AdapterToolkit.Formats;

/// <summary>
/// What is done with a tensor of a checkpoint while a model loads: it is left out, or read under another name, or with its two dimensions exchanged. See
/// <c>LoadOptions.MapTensor</c>.
/// </summary>
public sealed record TensorMapping
{
    private TensorMapping()
    {
    }

    /// <summary>The tensor is left out, as if the file did not have it.</summary>
    public static TensorMapping Ignore { get; } = new() { IsIgnored = true };

    /// <summary>The matrix is read with rows and columns exchanged, as that of a layer that multiplies from the other side (GPT-2's <c>Conv1D</c>).</summary>
    public static TensorMapping Transpose { get; } = new() { IsTransposed = true };

    /// <summary>Whether the tensor is left out.</summary>
    public bool IsIgnored { get; private init; }

    /// <summary>Whether rows and columns are exchanged.</summary>
    public bool IsTransposed { get; private init; }

    /// <summary>The name that the model knows the tensor by; null for the one in the file.</summary>
    public string? Name { get; private init; }

    /// <summary>The tensor is read under another name.</summary>
    /// <param name="name">The name that the model knows it by: <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
    public static TensorMapping Rename(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new() { Name = name };
    }

    /// <summary>The matrix is read under another name, and with rows and columns exchanged.</summary>
    /// <param name="name">The name that the model knows it by.</param>
    public static TensorMapping RenameAndTranspose(string name) => Rename(name) with { IsTransposed = true };
}
