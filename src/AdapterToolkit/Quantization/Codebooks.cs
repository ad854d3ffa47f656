namespace AdapterToolkit.Quantization;

/// <summary>The values that codes stand for, before they are multiplied by their block's scale. A code is an index.</summary>
public static class Codebooks
{
    private static readonly float[] s_dynamic8 = DynamicMap.Create(isSigned: true);
    private static readonly float[] s_unsignedDynamic8 = DynamicMap.Create(isSigned: false);

    /// <summary>NF4: quantiles of the normal distribution, from -1 to 1; code 7 is zero.</summary>
    /// <remarks>Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, appendix E.</remarks>
    public static ReadOnlySpan<float> NF4 =>
    [
        -1.0f, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.091050036f, 0.0f,
        0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1.0f,
    ];

    /// <summary>
    /// FP4: bit 3 is the sign, the others choose among 0, 1/192, 2/3, 1, 1/3, 1/2, 1/6 and 1/4, in this order; codes 0 and 8
    /// are zero.
    /// </summary>
    /// <remarks>bitsandbytes' <c>fp4</c>.</remarks>
    public static ReadOnlySpan<float> FP4 =>
    [
        0.0f, 0.0625f / 12, 8.0f / 12, 1.0f, 4.0f / 12, 6.0f / 12, 2.0f / 12, 3.0f / 12,
        0.0f, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
    ];

    /// <summary>The dynamic map with a sign, in rising order; code 127 is zero and 255 is one.</summary>
    public static ReadOnlySpan<float> Dynamic8 => s_dynamic8;

    /// <summary>The dynamic map without a sign, twice as fine, in rising order; code 0 is zero and 255 is one.</summary>
    public static ReadOnlySpan<float> UnsignedDynamic8 => s_unsignedDynamic8;

    /// <summary>The values of a format that has codes.</summary>
    /// <param name="numbers">NF4, FP4 or the dynamic 8-bit format.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format has no codes.</exception>
    public static ReadOnlySpan<float> Of(QuantizationFormat numbers) => numbers switch
    {
        QuantizationFormat.NF4 => NF4,
        QuantizationFormat.FP4 => FP4,
        QuantizationFormat.Dynamic8 => Dynamic8,
        _ => throw new ArgumentOutOfRangeException(nameof(numbers), numbers, "Only NF4, FP4 and the dynamic 8-bit format have codes."),
    };
}
