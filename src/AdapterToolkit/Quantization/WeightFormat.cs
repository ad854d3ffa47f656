namespace AdapterToolkit.Quantization;

/// <summary>
/// How a frozen weight is held: which numbers it has, how many of them share a scale, and whether the scales are quantized
/// too. Two weights of equal formats are multiplied by the same kernels.
/// </summary>
public sealed record WeightFormat
{
    /// <summary>How many scales of 4-bit blocks share one scale of their own, where they are quantized too.</summary>
    public const int NestedBlockSize = 256;

    private const int SmallestBlock = 32;
    private const int LargestBlock = 4096;

    private WeightFormat(QuantizationFormat? numbers, int bits, int blockSize, bool doubleQuantized)
    {
        Numbers = numbers;
        Bits = bits;
        BlockSize = blockSize;
        DoubleQuantized = doubleQuantized;
    }

    /// <summary>Float32, not quantized.</summary>
    public static WeightFormat FullPrecision { get; } = new(null, 32, 0, false);

    /// <summary>Bfloat16.</summary>
    public static WeightFormat BFloat16 { get; } = new(QuantizationFormat.BFloat16, 16, 0, false);

    /// <summary>Half precision.</summary>
    public static WeightFormat Float16 { get; } = new(QuantizationFormat.Float16, 16, 0, false);

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
    public static WeightFormat NF4(int blockSize = 64, bool doubleQuantized = true) => new(QuantizationFormat.NF4, 4, Checked(blockSize), doubleQuantized);

    /// <summary>FP4.</summary>
    /// <param name="blockSize">How many numbers share a scale: a power of two from 32 to 4096.</param>
    /// <param name="doubleQuantized">Whether the scales are stored in 8 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    public static WeightFormat FP4(int blockSize = 64, bool doubleQuantized = true) => new(QuantizationFormat.FP4, 4, Checked(blockSize), doubleQuantized);

    /// <summary>The dynamic 8-bit format.</summary>
    /// <param name="blockSize">How many numbers share a scale: a power of two from 32 to 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not supported.</exception>
    public static WeightFormat Dynamic8(int blockSize = 256) => new(QuantizationFormat.Dynamic8, 8, Checked(blockSize), false);

    /// <summary>Whether blocks may have so many numbers: a power of two from 32 to 4096.</summary>
    /// <param name="blockSize">How many numbers share a scale.</param>
    public static bool IsBlockSize(int blockSize) => blockSize is >= SmallestBlock and <= LargestBlock && int.IsPow2(blockSize);

    /// <summary>How many blocks a weight of so many numbers has; the last may be partial.</summary>
    /// <param name="elements">How many numbers the weight has.</param>
    public int Blocks(int elements) => HasBlocks ? (int)(((long)elements + BlockSize - 1) / BlockSize) : 0;

    /// <summary>The format in words, as in "NF4 in blocks of 64, double quantized".</summary>
    public override string ToString() => Numbers switch
    {
        null => "float32",
        QuantizationFormat.BFloat16 => "bfloat16",
        QuantizationFormat.Float16 => "float16",
        QuantizationFormat.Dynamic8 => $"8-bit dynamic in blocks of {BlockSize}",
        _ => $"{Numbers} in blocks of {BlockSize}{(DoubleQuantized ? ", double quantized" : "")}",
    };

    private static int Checked(int blockSize)
    {
        if (!IsBlockSize(blockSize))
        {
            throw new ArgumentOutOfRangeException(
                nameof(blockSize),
                blockSize,
                $"Blocks of {blockSize} numbers are not supported; use a power of two from {SmallestBlock} to {LargestBlock}.");
        }

        return blockSize;
    }
}
