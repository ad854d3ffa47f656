namespace AdapterToolkit.Quantization;

/// <summary>
/// Where the nearest value of a codebook changes from one to the next: the middle between neighbours, rounded to float32. A
/// number that is exactly there belongs to the lower value. The toolkit's generator compiles this file too.
/// </summary>
internal static class DecisionPoints
{
    /// <summary>The codes in the order of their values; those of equal values in their own order.</summary>
    /// <param name="codebook">The value of each code.</param>
    internal static byte[] Order(ReadOnlySpan<float> codebook)
    {
        float[] values = codebook.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderBy(code => values[code]).Select(code => (byte)code)];
    }

    /// <summary>
    /// The points, in rising order: in the order of values, the index of a number's nearest value is how many points are
    /// below the number.
    /// </summary>
    /// <param name="codebook">The value of each code.</param>
    /// <remarks>Where two values are equal, the point between them is that value: FP4 has two zeros, and numbers a little above zero get the second.</remarks>
    internal static float[] Between(ReadOnlySpan<float> codebook)
    {
        byte[] order = Order(codebook);
        float[] points = new float[order.Length - 1];
        for (int i = 0; i < points.Length; i++)
            points[i] = (float)((float)(codebook[order[i]] + codebook[order[i + 1]]) / 2);
        return points;
    }
}
