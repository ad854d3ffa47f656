using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Loads the numbers at the end of a row that fill no whole vector, and zeros after them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VectorTail
{
    /// <summary>Loads at most 16 numbers.</summary>
    /// <param name="source">The first number.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Load512(ref float source, nint count)
    {
        Vector512<float> vector = Vector512<float>.Zero;
        CopyTo(ref source, count, MemoryMarshal.CreateSpan(ref Unsafe.As<Vector512<float>, float>(ref vector), 16));
        return vector;
    }

    /// <summary>Loads at most 8 numbers.</summary>
    /// <param name="source">The first number.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector256<float> Load256(ref float source, nint count)
    {
        Vector256<float> vector = Vector256<float>.Zero;
        CopyTo(ref source, count, MemoryMarshal.CreateSpan(ref Unsafe.As<Vector256<float>, float>(ref vector), 8));
        return vector;
    }

    /// <summary>Loads at most 4 numbers.</summary>
    /// <param name="source">The first number.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector128<float> Load128(ref float source, nint count)
    {
        Vector128<float> vector = Vector128<float>.Zero;
        CopyTo(ref source, count, MemoryMarshal.CreateSpan(ref Unsafe.As<Vector128<float>, float>(ref vector), 4));
        return vector;
    }

    private static void CopyTo(ref float source, nint count, Span<float> vector)
    {
        for (int i = 0; i < (int)count; i++)
            vector[i] = Unsafe.Add(ref source, i);
    }
}
