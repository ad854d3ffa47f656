using System.Collections.Immutable;

namespace AdapterToolkit.Formats;

/// <summary>
/// What a safetensors file's header says about one tensor. The header is checked before entries exist, so the values agree with each other and with the file's
/// length.
/// </summary>
public sealed class SafetensorsEntry
{
    private const int MostShown = 16;

    internal SafetensorsEntry(string name, SafetensorsType type, ImmutableArray<long> shape, long elements, long begin, long byteLength)
    {
        Name = name;
        Type = type;
        Shape = shape;
        ElementCount = elements;
        Begin = begin;
        ByteLength = byteLength;
    }

    /// <summary>The tensor's name, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The lengths of the dimensions, outermost first (row-major); empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of elements: the product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>The bytes that the elements take in the file.</summary>
    public long ByteLength { get; }

    /// <summary>The position of the first element, in bytes from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>Name, type and shape, as in error messages.</summary>
    public override string ToString() => $"{Name}: {Type.FileName()} {FormatShape(Shape.AsSpan())}";

    /// <summary>A shape as text: <c>[576, 192]</c>; the first dimensions of one that has more than a message can hold.</summary>
    internal static string FormatShape(ReadOnlySpan<long> shape) => shape.Length <= MostShown
        ? $"[{string.Join(", ", shape.ToArray())}]"
        : $"[{string.Join(", ", shape[..MostShown].ToArray())}, ... {shape.Length} dimensions]";
}
