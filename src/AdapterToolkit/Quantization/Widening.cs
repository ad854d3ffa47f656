using System.Numerics;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Quantization;

/// <summary>Converts 16-bit floating point to single precision. Both conversions are exact: every 16-bit number is a single-precision one.</summary>
internal static class Widening
{
    /// <summary>bfloat16 is the upper half of a single-precision number: <c>bits(y) = x &lt;&lt; 16</c>.</summary>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination)[..source.Length];
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
            bits[i] = (uint)source[i] << 16;
    }

    /// <summary>
    /// Half precision: exponent and fraction move into place (x &lt;&lt; 13), and a multiplication by 2^112 corrects the exponent's bias,
    /// subnormal numbers included; infinity and not-a-number (exponent all ones) get single precision's exponent of ones instead.
    /// </summary>
    public static void FromHalf(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        destination = destination[..source.Length];
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            FromHalf(low).CopyTo(destination[i..]);
            FromHalf(high).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    private static Vector<float> FromHalf(Vector<uint> half)
    {
        const uint signBit = 0x8000, magnitudeBits = 0x7FFF, infinity = 0x7C00;
        const uint singleInfinity = 0x7F80_0000;
        Vector<uint> magnitude = half & new Vector<uint>(magnitudeBits);
        Vector<uint> sign = (half & new Vector<uint>(signBit)) << 16;
        Vector<uint> shifted = magnitude << 13;
        Vector<uint> finite = (shifted.As<uint, float>() * MathF.ScaleB(1, 112)).As<float, uint>();
        Vector<uint> special = shifted | new Vector<uint>(singleInfinity);
        Vector<uint> isSpecial = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(infinity));
        return (sign | Vector.ConditionalSelect(isSpecial, special, finite)).As<uint, float>();
    }
}
