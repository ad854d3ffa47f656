namespace AdapterToolkit.Quantization;

/// <summary>
/// How a frozen weight is held: which numbers it has, how many of them share a scale, and whether the scales are quantized
/// too. Two weights of equal formats are multiplied by the same kernels.
/// </summary>
public sealed record WeightFormat
{
    /// <summary>How many scales of 4-bit blocks share one scale of their own, where they are quantized too.</summary>
    public const int NestedBlockSize = NumberFormat.NestedBlockSize;

    private WeightFormat(NumberFormat? numbers, int blockSize = 0, bool doubleQuantized = false)
    {
        Numbers = numbers?.Name;
        Bits = numbers?.Bits ?? 32;
        BlockSize = blockSize;
        DoubleQuantized = doubleQuantized;
    }

    /// <summary>Float32, not quantized.</summary>
    public static WeightFormat FullPrecision { get; } = new(numbers: null);

    /// <summary>Bfloat16.</summary>
    public static WeightFormat BFloat16 { get; } = new(NumberFormat.Of(QuantizationFormat.BFloat16));

    /// <summary>Half precision.</summary>
    public static WeightFormat Float16 { get; } = new(NumberFormat.Of(QuantizationFormat.Float16));

    /// <summary>How the numbers are written; null for float32.</summary>
    public QuantizationFormat? Numbers { get; }

    /// <summary>Bits of a number, without its share of the scales: 4, 8, 16 or 32.</summary>
    public int Bits { get; }

    /// <summary>How many numbers, in row-major order, share a scale; zero for 16 and 32 bits, which have none.</summary>
    public int BlockSize { get; }

    /// <summary>Whether the scales are stored in 8 bits.</summary>
    public bool DoubleQuantized { get; }

    /// <summary>Whether the numbers are codes that share scales by blocks, as those of 4 and 8 bits.</summary>
    public bool HasBlocks => BlockSize > 0;

    /// <summary>NF4.</summary>
    /// <param name="blockSize">How many numbers share a scale: a power of two from 32 to 4096.</param>
    /// <param name="doubleQuantized">Whether the scales are stored in 8 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    public static WeightFormat NF4(int blockSize = 64, bool doubleQuantized = true) => Of(QuantizationFormat.NF4, blockSize, doubleQuantized);

    /// <summary>FP4.</summary>
    /// <param name="blockSize">How many numbers share a scale: a power of two from 32 to 4096.</param>
    /// <param name="doubleQuantized">Whether the scales are stored in 8 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    public static WeightFormat FP4(int blockSize = 64, bool doubleQuantized = true) => Of(QuantizationFormat.FP4, blockSize, doubleQuantized);

    /// <summary>The dynamic 8-bit format.</summary>
    /// <param name="blockSize">How many numbers share a scale: a power of two from 32 to 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    public static WeightFormat Dynamic8(int blockSize = 256) => Of(QuantizationFormat.Dynamic8, blockSize, doubleQuantized: false);

    /// <summary>Whether blocks may have so many numbers: a power of two from 32 to 4096.</summary>
    /// <param name="blockSize">How many numbers share a scale.</param>
    internal static bool IsBlockSize(int blockSize) => NumberFormat.IsBlockSize(blockSize);

    /// <summary>How many blocks a weight of so many numbers has; the last may be partial.</summary>
    /// <param name="elements">How many numbers the weight has.</param>
    public int Blocks(int elements) => HasBlocks ? (int)(((long)elements + BlockSize - 1) / BlockSize) : 0;

    /// <summary>The format in words, as in "NF4 in blocks of 64, double quantized".</summary>
    public override string ToString()
    {
        string numbers = Numbers is { } name ? NumberFormat.Of(name).Description : "float32";
        return HasBlocks ? $"{numbers} in blocks of {BlockSize}{(DoubleQuantized ? ", double quantized" : "")}" : numbers;
    }

    /// <summary>A format with blocks.</summary>
    /// <param name="numbers">How the numbers are written.</param>
    /// <param name="blockSize">How many numbers share a scale.</param>
    /// <param name="doubleQuantized">Whether the scales are stored in 8 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    internal static WeightFormat Of(QuantizationFormat numbers, int blockSize, bool doubleQuantized)
    {
        if (!IsBlockSize(blockSize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(blockSize),
                blockSize,
                $"Blocks of {blockSize} numbers are not supported; use a power of two from {NumberFormat.SmallestBlock} to {NumberFormat.LargestBlock}.");
        }

        return new WeightFormat(NumberFormat.Of(numbers), blockSize, doubleQuantized);
    }
}
