namespace AdapterToolkit;

/// <summary>How a quantized weight writes a number.</summary>
public enum QuantizationFormat
{
    /// <summary>The format that is usual for the number of bits: NF4 for 4, dynamic for 8, bfloat16 for 16.</summary>
    Default,

    /// <summary>
    /// 4 bits: 16 values at quantiles of the normal distribution, times the largest magnitude of a block
    /// (Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023).
    /// </summary>
    NF4,

    /// <summary>4 bits: a sign, two bits of exponent and one of mantissa as bitsandbytes defines them, times the largest magnitude of a block.</summary>
    FP4,

    /// <summary>
    /// 8 bits: a sign, an exponent of varying length and a fraction, times the largest magnitude of a block
    /// (Dettmers, "8-Bit Approximations for Parallelism in Deep Learning", 2015; bitsandbytes' dynamic map).
    /// </summary>
    Dynamic8,

    /// <summary>16 bits: float32 without the lower half of its fraction.</summary>
    BFloat16,

    /// <summary>16 bits: IEEE 754 half precision.</summary>
    Float16,
}
