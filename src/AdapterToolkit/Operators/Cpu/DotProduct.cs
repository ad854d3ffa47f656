using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>The sum of the products of two rows of numbers.</summary>
internal static class DotProduct
{
    /// <summary>The sum, in vectors, then what is left over.</summary>
    /// <param name="left">Some numbers.</param>
    /// <param name="right">As many others.</param>
    internal static float Of(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Vector<float> sums = Vector<float>.Zero;
        ref float lefts = ref MemoryMarshal.GetReference(left);
        ref float rights = ref MemoryMarshal.GetReference(right);
        float sum = 0;
        nuint i = 0;
        for (; i + (nuint)Vector<float>.Count <= (nuint)left.Length; i += (nuint)Vector<float>.Count)
            sums += Vector.LoadUnsafe(ref lefts, i) * Vector.LoadUnsafe(ref rights, i);
        for (; i < (nuint)left.Length; i++)
            sum += Unsafe.Add(ref lefts, i) * Unsafe.Add(ref rights, i);
        return Vector.Sum(sums) + sum;
    }
}
