using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning;

/// <summary>The values of the codes of 4-bit formats, which kernels hold as constants.</summary>
internal static class CodebookValues
{
    /// <summary>NF4 (Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, appendix E).</summary>
    public static IReadOnlyList<float> NF4 { get; } =
    [
        -1.0f, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.091050036f, 0.0f,
        0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1.0f,
    ];

    /// <summary>FP4, as bitsandbytes defines it; bit 3 is the sign.</summary>
    public static IReadOnlyList<float> FP4 { get; } =
    [
        0.0f, 0.0625f / 12, 8.0f / 12, 1.0f, 4.0f / 12, 6.0f / 12, 2.0f / 12, 3.0f / 12,
        -0.0f, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
    ];

    /// <summary>The values of a 4-bit format.</summary>
    public static IReadOnlyList<float> Of(StoredNumbers numbers) => numbers == StoredNumbers.NF4 ? NF4 : FP4;

    /// <summary>The codes of a 4-bit format in the order of their values; those of equal values in their own order.</summary>
    public static IReadOnlyList<int> Order(StoredNumbers numbers) => [.. Enumerable.Range(0, Of(numbers).Count).OrderBy(code => Of(numbers)[code])];

    /// <summary>Whether a 4-bit format's codes have the order of their values.</summary>
    public static bool IsOrdered(StoredNumbers numbers) => numbers == StoredNumbers.NF4;

    /// <summary>
    /// The middles between neighbouring values of a 4-bit format, in rising order, rounded to float32: a number's nearest
    /// value has, in the order of values, the place that says how many of them are below the number.
    /// </summary>
    public static IReadOnlyList<float> DecisionPoints(StoredNumbers numbers)
    {
        float[] values = [.. Order(numbers).Select(code => Of(numbers)[code])];
        return [.. Enumerable.Range(0, values.Length - 1).Select(place => (float)((float)(values[place] + values[place + 1]) / 2))];
    }
}
