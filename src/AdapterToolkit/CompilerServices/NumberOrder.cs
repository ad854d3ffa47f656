using System.ComponentModel;
using ILGPU;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// Compares float32 numbers by their bits, inside kernels: integers count what comparisons would otherwise branch on, and
/// take denormal numbers for what they are on every device.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class NumberOrder
{
    private const int MagnitudeBits = int.MaxValue;

    /// <summary>The bits of |x|. They have the order of magnitudes; infinity and then what is not a number come last.</summary>
    /// <param name="number">x.</param>
    public static int Magnitude(float number) => (int)Interop.FloatAsInt(number) & MagnitudeBits;

    /// <summary>1 where a number is above a point, else 0.</summary>
    /// <param name="number">The number, of magnitude below 2.</param>
    /// <param name="point">The point, of magnitude below 2, and not the negative zero.</param>
    public static int IsAbove(float number, float point) => (int)((uint)(Rank(point) - Rank(number)) >> 31);

    /// <summary>An integer that rises with the number; the bits of negative numbers other than their sign are turned round.</summary>
    private static int Rank(float number)
    {
        int bits = (int)Interop.FloatAsInt(number);
        return bits ^ ((bits >> 31) & MagnitudeBits);
    }
}
