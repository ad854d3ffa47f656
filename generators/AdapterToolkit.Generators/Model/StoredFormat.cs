using AdapterToolkit.Quantization;

namespace AdapterToolkit.Generators.Model;

/// <summary>How a frozen weight is stored, as far as its kernels differ by it.</summary>
/// <param name="Numbers">How its numbers are written; null for float32.</param>
/// <param name="BlockSize">How many numbers share a scale; zero for 16 and 32 bits, which have none.</param>
/// <param name="DoubleQuantized">Whether the scales are stored in 8 bits.</param>
internal sealed record StoredFormat(QuantizationFormat? Numbers, int BlockSize, bool DoubleQuantized)
{
    /// <summary>Float32.</summary>
    public static StoredFormat FullPrecision { get; } = new(null, 0, false);

    /// <summary>The formats with 16 bits, in which a file or a merge may leave a weight of any layer that is quantized.</summary>
    public static IReadOnlyList<StoredFormat> SixteenBits { get; } =
        [.. NumberFormat.All.Where(numbers => numbers.Bits == 16).Select(numbers => new StoredFormat(numbers.Name, 0, false))];

    /// <summary>Whether the weight is stored in another form than float32.</summary>
    public bool IsPacked => Numbers is not null;

    /// <summary>Whether numbers are codes that share scales.</summary>
    public bool HasBlocks => BlockSize > 0;

    /// <summary>Whether the scales may be stored in 8 bits.</summary>
    public bool MayQuantizeScales => Format?.MayQuantizeScales ?? false;

    /// <summary>Bits of a number.</summary>
    public int Bits => Format?.Bits ?? 32;

    /// <summary>The values of the codes of 4 bits; empty for the other formats.</summary>
    public float[] Codebook => Format?.Codebook ?? [];

    /// <summary>Whether codes have the order of their values.</summary>
    public bool IsOrdered => DecisionPoints.Order(Codebook).Select((code, place) => code == place).All(isInPlace => isInPlace);

    /// <summary>The part of a kernel class's name that tells the format; empty for float32.</summary>
    public string Name => !IsPacked
        ? string.Empty
        : $"{Numbers}{(HasBlocks ? $"Block{BlockSize}" : string.Empty)}{(DoubleQuantized ? "Nested" : string.Empty)}";

    /// <summary>The format in words, for comments.</summary>
    public string Description => Format is null
        ? "float32"
        : $"{Format.Description}{(HasBlocks ? $", in blocks of {BlockSize}" : string.Empty)}{(DoubleQuantized ? " with scales in 8 bits" : string.Empty)}";

    private NumberFormat? Format => Numbers is { } name ? NumberFormat.Of(name) : null;
}
