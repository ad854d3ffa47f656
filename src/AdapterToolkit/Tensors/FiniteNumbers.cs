using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Tensors;

/// <summary>Tells whether numbers are finite: neither infinite nor "not a number".</summary>
internal static class FiniteNumbers
{
    /// <summary>The bits of infinity: an exponent of ones. What is not finite has them all, whatever its sign and fraction.</summary>
    private const int ExponentBits = 0x7F80_0000;

    /// <summary>Whether all numbers are finite.</summary>
    /// <param name="values">The numbers.</param>
    internal static bool AreAll(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        Vector<int> exponent = new(ExponentBits);
        int i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & exponent, exponent))
                return false;
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & ExponentBits) == ExponentBits)
                return false;
        }

        return true;
    }

    /// <summary>Says which number is the first that is not finite, as "its number 3 is NaN"; null where all are finite.</summary>
    /// <param name="values">The numbers.</param>
    internal static string? Problem(ReadOnlySpan<float> values)
    {
        if (AreAll(values))
            return null;
        int index = 0;
        while (float.IsFinite(values[index]))
            index++;
        return Problem(index, values[index]);
    }

    /// <summary>Says which number is not finite, as "its number 3 is NaN".</summary>
    /// <param name="index">Which of a tensor's numbers it is.</param>
    /// <param name="value">The number.</param>
    internal static string Problem(int index, float value) => string.Create(CultureInfo.InvariantCulture, $"its number {index} is {value}");
}
