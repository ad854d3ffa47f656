namespace AdapterToolkit.Quantization;

/// <summary>
/// Where the nearest value of a codebook changes from one to the next. Distances are float32 numbers, and of two equally far
/// values the one with the lower code is the nearest: both as in bitsandbytes, which compares a number with every value.
/// </summary>
internal static class DecisionPoints
{
    /// <summary>The codes in the order of their values; of codes with equal values only the first.</summary>
    /// <param name="codebook">The value of each code.</param>
    internal static byte[] Order(ReadOnlySpan<float> codebook)
    {
        float[] values = codebook.ToArray();
        return [.. Enumerable.Range(0, values.Length)
            .GroupBy(code => values[code] + 0.0f)
            .OrderBy(group => group.Key)
            .Select(group => (byte)group.First())];
    }

    /// <summary>
    /// The points between neighbours: a number's nearest value is, in the order of values, the one whose index is the number
    /// of points below the number.
    /// </summary>
    /// <param name="codebook">The value of each code.</param>
    internal static float[] Between(ReadOnlySpan<float> codebook)
    {
        byte[] order = Order(codebook);
        float[] points = new float[order.Length - 1];
        for (int i = 0; i < points.Length; i++)
            points[i] = Between(codebook[order[i]], codebook[order[i + 1]], tieIsUpper: order[i + 1] < order[i]);
        return points;
    }

    /// <summary>The largest number whose nearest value is the lower one, found by bisecting the order of float32 numbers.</summary>
    private static float Between(float lower, float upper, bool tieIsUpper)
    {
        long below = Ordinal(lower), above = Ordinal(upper);
        while (above - below > 1)
        {
            long middle = below + ((above - below) / 2);
            float number = FromOrdinal(middle);
            float toLower = number - lower, toUpper = upper - number;
            if (toUpper < toLower || (tieIsUpper && toUpper == toLower))
                above = middle;
            else
                below = middle;
        }

        return FromOrdinal(below);
    }

    /// <summary>A whole number for each float32 number, in the same order.</summary>
    private static long Ordinal(float number)
    {
        int bits = BitConverter.SingleToInt32Bits(number);
        return bits >= 0 ? bits : int.MinValue - (long)bits;
    }

    private static float FromOrdinal(long ordinal) =>
        BitConverter.Int32BitsToSingle(ordinal >= 0 ? (int)ordinal : (int)(int.MinValue - ordinal));
}
