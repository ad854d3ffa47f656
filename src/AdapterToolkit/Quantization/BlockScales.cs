namespace AdapterToolkit.Quantization;

/// <summary>
/// What each block's codes are multiplied by: its largest magnitude. Either as float32 numbers, or themselves quantized
/// ("double quantized"): an 8-bit code of the dynamic map for each, times the largest magnitude of 256 of them, plus an
/// offset, their mean, that was subtracted before.
/// </summary>
public sealed class BlockScales
{
    /// <summary>Scales as float32 numbers.</summary>
    /// <param name="maxima">Each block's largest magnitude.</param>
    public BlockScales(float[] maxima)
    {
        ArgumentNullException.ThrowIfNull(maxima);
        Maxima = maxima;
    }

    /// <summary>Scales in 8 bits.</summary>
    /// <param name="codes">A code of the dynamic map for each block.</param>
    /// <param name="nestedMaxima">The largest magnitude of each 256 scales, once the offset is subtracted.</param>
    /// <param name="offset">The scales' mean.</param>
    /// <exception cref="ArgumentException">There are more or fewer maxima than the codes need.</exception>
    public BlockScales(byte[] codes, float[] nestedMaxima, float offset)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(nestedMaxima);
        int expected = (codes.Length + WeightFormat.NestedBlockSize - 1) / WeightFormat.NestedBlockSize;
        if (nestedMaxima.Length != expected)
        {
            throw new ArgumentException(
                $"{codes.Length} scales in 8 bits have {expected} maxima of their own, but {nestedMaxima.Length} were given.", nameof(nestedMaxima));
        }

        Codes = codes;
        NestedMaxima = nestedMaxima;
        Offset = offset;
    }

    /// <summary>How many blocks there are.</summary>
    public int Count => Maxima?.Length ?? Codes!.Length;

    /// <summary>Whether the scales are in 8 bits.</summary>
    public bool IsNested => Codes is not null;

    /// <summary>Each block's scale; null where they are in 8 bits.</summary>
    public float[]? Maxima { get; }

    /// <summary>Each block's code in the dynamic map; null where the scales are float32 numbers.</summary>
    public byte[]? Codes { get; }

    /// <summary>What 256 codes are multiplied by; null where the scales are float32 numbers.</summary>
    public float[]? NestedMaxima { get; }

    /// <summary>What is added to each decoded scale.</summary>
    public float Offset { get; }

    /// <summary>
    /// The scale of one block: its float32 number, or dynamic(code) · nested maximum + offset, each rounded to float32.
    /// </summary>
    /// <param name="block">The block.</param>
    public float this[int block] => Maxima is not null
        ? Maxima[block]
        : (Codebooks.Dynamic8[Codes![block]] * NestedMaxima![block / WeightFormat.NestedBlockSize]) + Offset;
}
