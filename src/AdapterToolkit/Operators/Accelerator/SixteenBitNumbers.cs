using System.ComponentModel;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Decodes the numbers of weights in 16 bits, inside kernels. Both conversions are exact, and neither branches.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SixteenBitNumbers
{
    private const int ExponentOffset = 112 << 23;
    private const float SmallestNormal = 6.103515625e-5f;

    /// <summary>One of the two 16-bit numbers of a 32-bit word.</summary>
    /// <param name="words">The words.</param>
    /// <param name="element">The number's place.</param>
    public static uint At(ArrayView<uint> words, int element) => (words[element >> 1] >> ((element & 1) * 16)) & 0xFFFF;

    /// <summary>A bfloat16 number is the upper half of a float32 one.</summary>
    /// <param name="number">The number's 16 bits.</param>
    public static float FromBFloat16(uint number) => Interop.IntAsFloat(number << 16);

    /// <summary>
    /// A half-precision number's exponent is 112 below float32's. A subnormal one is read as if it were normal, with the
    /// smallest exponent, and the leading one that it does not have is subtracted.
    /// </summary>
    /// <param name="number">The number's 16 bits.</param>
    public static float FromFloat16(uint number)
    {
        int magnitude = (int)(number & 0x7FFF);
        int isSubnormal = (int)((uint)((magnitude & 0x7C00) - 1) >> 31);
        float value = Interop.IntAsFloat((uint)((magnitude << 13) + ExponentOffset + (isSubnormal << 23))) - (isSubnormal * SmallestNormal);
        return Interop.IntAsFloat(Interop.FloatAsInt(value) | ((number & 0x8000) << 16));
    }
}
