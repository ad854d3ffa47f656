namespace AdapterToolkit;

/// <summary>
/// Stores a linear layer's frozen weight W in 4, 8 or 16 bits a number. The kernels that the source generator writes for
/// the layer decode it while they multiply; the full-precision W never exists in memory. Alone it marks a frozen layer;
/// beside <see cref="LowRankAttribute"/> it makes the layer that of QLoRA, with A and B in float32. The class must be
/// <c>partial</c> and derive from <see cref="Modules.Linear"/>.
/// </summary>
/// <remarks>
/// Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023. On disk 4 and 8 bits are bitsandbytes' formats.
/// A model may still be loaded with the weights as the file has them: <c>WeightStorage.Dense</c>.
/// </remarks>
/// <param name="bits">Bits of a number: 4, 8 or 16.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class QuantizedAttribute(int bits) : Attribute
{
    /// <summary>Bits of a number: 4, 8 or 16.</summary>
    public int Bits { get; } = bits;

    /// <summary>
    /// How the numbers are written: NF4 for 4 bits by default, the dynamic map for 8, bfloat16 for 16. Numbers that a checkpoint has in float16 are not turned
    /// into bfloat16.
    /// </summary>
    public QuantizationFormat Format { get; init; }

    /// <summary>
    /// How many numbers in a row share one scale, of the formats with 4 and 8 bits: a power of two from 32 to 4096. Zero, the
    /// default, stands for 64 with 4 bits and 256 with 8.
    /// </summary>
    public int BlockSize { get; init; }

    /// <summary>
    /// Whether the scales of 4-bit blocks are themselves stored in 8 bits, in blocks of 256; true by default. It has no
    /// meaning for 8 and 16 bits.
    /// </summary>
    public bool DoubleQuantized { get; init; } = true;
}
