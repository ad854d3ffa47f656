using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.Kernels;

/// <summary>
/// The largest magnitude of some numbers. Without their signs float32 numbers have the order of their bits, where infinity
/// and then what is not a number come last: one comparison of integers finds both.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LargestMagnitude
{
    private const int MagnitudeBits = int.MaxValue;

    /// <summary>max |x|; not finite where a number is not.</summary>
    /// <param name="values">The numbers; zero where there are none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        ref int first = ref MemoryMarshal.GetReference(bits);
        Vector256<int> magnitude = Vector256.Create(MagnitudeBits);
        Vector256<int> even = Vector256<int>.Zero, odd = Vector256<int>.Zero;
        int i = 0;
        for (; i <= bits.Length - (2 * Vector256<int>.Count); i += 2 * Vector256<int>.Count)
        {
            even = Vector256.Max(even, Vector256.LoadUnsafe(ref first, (nuint)i) & magnitude);
            odd = Vector256.Max(odd, Vector256.LoadUnsafe(ref first, (nuint)(i + Vector256<int>.Count)) & magnitude);
        }

        even = Vector256.Max(even, odd);
        int largest = 0;
        for (int lane = 0; lane < Vector256<int>.Count; lane++)
            largest = Math.Max(largest, even[lane]);
        for (; i < bits.Length; i++)
            largest = Math.Max(largest, bits[i] & MagnitudeBits);
        return BitConverter.Int32BitsToSingle(largest);
    }
}
