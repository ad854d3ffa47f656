using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using AdapterToolkit.Checkpoints;

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
        return string.Create(CultureInfo.InvariantCulture, $"its number {index} is {values[index]}");
    }

    /// <summary>Refuses numbers that were read from a file.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="file">The file.</param>
    /// <param name="tensor">The tensor's name in it.</param>
    /// <exception cref="CheckpointException">A number is infinite or not a number.</exception>
    internal static void RequireRead(ReadOnlySpan<float> values, string file, string tensor)
    {
        if (Problem(values) is { } problem)
            throw new CheckpointException(file, $"{problem}. Is the file damaged, or was its training diverging?", tensor);
    }

    /// <summary>Refuses numbers that are to be saved.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="tensor">The tensor's name.</param>
    /// <exception cref="InvalidOperationException">A number is infinite or not a number.</exception>
    internal static void RequireToSave(ReadOnlySpan<float> values, string tensor)
    {
        if (Problem(values) is { } problem)
            throw new InvalidOperationException($"Tensor '{tensor}' is not saved: {problem}. Has the training diverged? Go back to an earlier state, with a lower learning rate.");
    }
}
