namespace AdapterToolkit.Quantization;

/// <summary>The values that codes stand for, before they are multiplied by their block's scale. A code is an index.</summary>
public static class Codebooks
{
    private static readonly float[] s_dynamic8 = DynamicMap.Create(isSigned: true);
    private static readonly float[] s_unsignedDynamic8 = DynamicMap.Create(isSigned: false);

    /// <summary>NF4: quantiles of the normal distribution, from -1 to 1; code 7 is zero.</summary>
    /// <remarks>Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, appendix E.</remarks>
    public static ReadOnlySpan<float> NF4 => Of(QuantizationFormat.NF4);

    /// <summary>
    /// FP4: bit 3 is the sign, the others choose among 0, 1/192, 2/3, 1, 1/3, 1/2, 1/6 and 1/4, in this order; codes 0 and 8
    /// are zero.
    /// </summary>
    /// <remarks>bitsandbytes' <c>fp4</c>.</remarks>
    public static ReadOnlySpan<float> FP4 => Of(QuantizationFormat.FP4);

    /// <summary>The dynamic map with a sign, in rising order; code 127 is zero and 255 is one.</summary>
    public static ReadOnlySpan<float> Dynamic8 => s_dynamic8;

    /// <summary>The dynamic map without a sign, twice as fine, in rising order; code 0 is zero and 255 is one.</summary>
    internal static ReadOnlySpan<float> UnsignedDynamic8 => s_unsignedDynamic8;

    /// <summary>The values of a format that has codes.</summary>
    /// <param name="numbers">A format of 4 or 8 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format has no codes.</exception>
    public static ReadOnlySpan<float> Of(QuantizationFormat numbers) =>
        numbers == QuantizationFormat.Dynamic8 ? Dynamic8
        : numbers != QuantizationFormat.Default && NumberFormat.Of(numbers).Codebook is { Length: > 0 } codebook ? codebook
        : throw new ArgumentOutOfRangeException(nameof(numbers), numbers, "Only the formats of 4 and 8 bits have codes.");
}
