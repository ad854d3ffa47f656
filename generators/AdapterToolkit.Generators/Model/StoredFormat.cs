namespace AdapterToolkit.Generators.Model;

/// <summary>How a frozen weight is stored, as far as its kernels differ by it.</summary>
/// <param name="Numbers">How its numbers are written.</param>
/// <param name="BlockSize">How many numbers share a scale; zero for 16 and 32 bits, which have none.</param>
/// <param name="DoubleQuantized">Whether the scales are stored in 8 bits.</param>
internal sealed record StoredFormat(StoredNumbers Numbers, int BlockSize, bool DoubleQuantized)
{
    /// <summary>Float32.</summary>
    public static StoredFormat FullPrecision { get; } = new(StoredNumbers.FullPrecision, 0, false);

    /// <summary>The formats with 16 bits, in which a file or a merge may leave a weight of any layer that is quantized.</summary>
    public static IReadOnlyList<StoredFormat> SixteenBits { get; } = [new(StoredNumbers.BFloat16, 0, false), new(StoredNumbers.Float16, 0, false)];

    /// <summary>Whether the weight is stored in another form than float32.</summary>
    public bool IsPacked => Numbers != StoredNumbers.FullPrecision;

    /// <summary>Whether numbers are codes that share scales.</summary>
    public bool HasBlocks => BlockSize > 0;

    /// <summary>Bits of a number.</summary>
    public int Bits => Numbers switch
    {
        StoredNumbers.FullPrecision => 32,
        StoredNumbers.BFloat16 or StoredNumbers.Float16 => 16,
        StoredNumbers.Dynamic8 => 8,
        _ => 4,
    };

    /// <summary>The part of a kernel class's name that tells the format; empty for float32.</summary>
    public string Name => !IsPacked
        ? string.Empty
        : $"{Numbers}{(HasBlocks ? $"Block{BlockSize}" : string.Empty)}{(DoubleQuantized ? "Nested" : string.Empty)}";

    /// <summary>The format in words, for comments.</summary>
    public string Description => Numbers switch
    {
        StoredNumbers.FullPrecision => "float32",
        StoredNumbers.BFloat16 => "bfloat16",
        StoredNumbers.Float16 => "half precision",
        StoredNumbers.Dynamic8 => $"the dynamic 8-bit format, in blocks of {BlockSize}",
        _ => $"{Numbers}, in blocks of {BlockSize}{(DoubleQuantized ? " with scales in 8 bits" : string.Empty)}",
    };

    /// <summary>The run-time value that stands for the format.</summary>
    public string Expression => "global::AdapterToolkit.Quantization.WeightFormat." + Numbers switch
    {
        StoredNumbers.FullPrecision or StoredNumbers.BFloat16 or StoredNumbers.Float16 => Numbers.ToString(),
        StoredNumbers.Dynamic8 => $"Dynamic8({BlockSize})",
        _ => $"{Numbers}({BlockSize}, {(DoubleQuantized ? "true" : "false")})",
    };
}
