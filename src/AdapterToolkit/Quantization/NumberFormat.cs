namespace AdapterToolkit.Quantization;

/// <summary>
/// How a quantized weight writes its numbers: all that the toolkit and its generator, which compiles this file too, must know alike.
/// </summary>
internal sealed class NumberFormat
{
    /// <summary>The smallest block of numbers that share a scale.</summary>
    public const int SmallestBlock = 32;

    /// <summary>The largest block of numbers that share a scale.</summary>
    public const int LargestBlock = 4096;

    /// <summary>How many scales share one scale of their own, where they are quantized too.</summary>
    public const int NestedBlockSize = 256;

    private NumberFormat(QuantizationFormat name, int bits, string description, string? checkpointName = null, float[]? codebook = null)
    {
        Name = name;
        Bits = bits;
        Description = description;
        CheckpointName = checkpointName;
        Codebook = codebook ?? [];
    }

    /// <summary>All formats; the first of equally many bits is the one that is usual for them.</summary>
    /// <remarks>
    /// NF4: Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, appendix E. FP4: bitsandbytes' <c>fp4</c>, whose bit 3
    /// is the sign; codes 0 and 8 are zero.
    /// </remarks>
    public static IReadOnlyList<NumberFormat> All { get; } =
    [
        new(QuantizationFormat.NF4, 4, "NF4", "nf4",
        [
            -1.0f, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.091050036f, 0.0f,
            0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1.0f,
        ]),
        new(QuantizationFormat.FP4, 4, "FP4", "fp4",
        [
            0.0f, 0.0625f / 12, 8.0f / 12, 1.0f, 4.0f / 12, 6.0f / 12, 2.0f / 12, 3.0f / 12,
            0.0f, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
        ]),
        new(QuantizationFormat.Dynamic8, 8, "8-bit dynamic"),
        new(QuantizationFormat.BFloat16, 16, "bfloat16"),
        new(QuantizationFormat.Float16, 16, "float16"),
    ];

    /// <summary>The value of <see cref="QuantizationFormat"/> that stands for the format.</summary>
    public QuantizationFormat Name { get; }

    /// <summary>Bits of a number, without its share of the scales.</summary>
    public int Bits { get; }

    /// <summary>The format in words.</summary>
    public string Description { get; }

    /// <summary>The name that bitsandbytes' checkpoints give the format; null where they have no such weights.</summary>
    public string? CheckpointName { get; }

    /// <summary>
    /// The value of each code of 4 bits, from -1 to 1, which kernels hold as constants; empty for the other formats.
    /// </summary>
    public float[] Codebook { get; }

    /// <summary>Whether numbers are codes that share scales by blocks.</summary>
    public bool HasBlocks => Bits < 16;

    /// <summary>How many numbers share a scale where nothing else is said; zero without blocks.</summary>
    public int UsualBlockSize => !HasBlocks ? 0 : Bits == 4 ? 64 : 256;

    /// <summary>Whether the scales may be quantized too.</summary>
    public bool MayQuantizeScales => Bits == 4;

    /// <summary>The format that a value of the enumeration stands for.</summary>
    /// <param name="name">The value; not <see cref="QuantizationFormat.Default"/>.</param>
    public static NumberFormat Of(QuantizationFormat name) => All.First(format => format.Name == name);

    /// <summary>The format that is usual for a number of bits; null where none has them.</summary>
    /// <param name="bits">Bits of a number.</param>
    public static NumberFormat? UsualOf(int bits) => All.FirstOrDefault(format => format.Bits == bits);

    /// <summary>Whether blocks may have so many numbers.</summary>
    /// <param name="blockSize">How many numbers share a scale.</param>
    public static bool IsBlockSize(int blockSize) => blockSize is >= SmallestBlock and <= LargestBlock && (blockSize & (blockSize - 1)) == 0;
}
