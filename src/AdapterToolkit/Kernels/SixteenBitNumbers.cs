using System.ComponentModel;
using AdapterToolkit.Devices;
using ILGPU;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Converts between float32 and the numbers of weights in 16 bits, inside kernels, without branches. To float32 is exact; to
/// 16 bits rounds to the nearest number, and to the even one of two equally near.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SixteenBitNumbers
{
    private const int ExponentOffset = 112 << 23;
    private const int SmallestNormalBits = 113 << 23;

    /// <summary>One of the two 16-bit numbers of a 32-bit word.</summary>
    /// <param name="word">The word.</param>
    /// <param name="element">The number's place among all, of which the word's first has an even one.</param>
    public static uint InWord(uint word, int element) => (word >> ((element & 1) * 16)) & 0xFFFF;

    /// <summary>A bfloat16 number is the upper half of a float32 one.</summary>
    /// <param name="number">The number's 16 bits.</param>
    public static float FromBFloat16(uint number) => Interop.IntAsFloat(number << 16);

    /// <summary>A half-precision number, normal or subnormal.</summary>
    /// <param name="number">The number's 16 bits.</param>
    public static float FromFloat16(uint number) => CudaInstructions.FromFloat16(number);

    /// <summary>The upper half of the bits, once half a unit of it, less one where it is even, is added.</summary>
    /// <param name="number">The number, of a magnitude that does not round to infinity.</param>
    public static uint ToBFloat16(float number)
    {
        uint bits = Interop.FloatAsInt(number);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }

    /// <summary>
    /// Exponent and fraction move into place, rounded as above. Numbers below half precision's normal ones are rounded by
    /// adding 1/2, whose unit in the last place is their unit.
    /// </summary>
    /// <param name="number">The number, of a magnitude that does not round to infinity.</param>
    public static uint ToFloat16(float number)
    {
        uint bits = Interop.FloatAsInt(number);
        int magnitude = (int)(bits & 0x7FFF_FFFF);
        int normal = (magnitude - ExponentOffset + 0xFFF + ((magnitude >> 13) & 1)) >> 13;
        int subnormal = (int)(Interop.FloatAsInt(Interop.IntAsFloat((uint)magnitude) + 0.5f) - Interop.FloatAsInt(0.5f));
        int isSubnormal = (magnitude - SmallestNormalBits) >> 31;
        return ((bits >> 16) & 0x8000) | (uint)((subnormal & isSubnormal) | (normal & ~isSubnormal));
    }
}
