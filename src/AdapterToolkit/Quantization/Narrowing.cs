using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdapterToolkit.Quantization;

/// <summary>Rounds single precision to 16-bit floating point, to the nearest number and to the even one of two equally near. The numbers are finite.</summary>
internal static class Narrowing
{
    /// <summary>The largest magnitude that bfloat16 does not round to infinity, to the last float32 number below the tie.</summary>
    internal static readonly float LargestBFloat16 = BitConverter.UInt32BitsToSingle(0x7F7F_7FFF);

    /// <summary>The largest magnitude that half precision does not round to infinity.</summary>
    internal static readonly float LargestHalf = MathF.BitDecrement(65520);

    /// <summary>How a format rounds.</summary>
    private interface IRounding
    {
        /// <summary>The 16 bits of each number.</summary>
        static abstract Vector256<uint> Round(Vector256<float> numbers);
    }

    /// <summary>Rounds to bfloat16.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Receives their 16 bits.</param>
    internal static void ToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination) => Narrow<ToBFloat16Rounding>(source, destination);

    /// <summary>Rounds to half precision.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="destination">Receives their 16 bits.</param>
    internal static void ToHalf(ReadOnlySpan<float> source, Span<ushort> destination) => Narrow<ToHalfRounding>(source, destination);

    private static void Narrow<TRounding>(ReadOnlySpan<float> source, Span<ushort> destination)
        where TRounding : struct, IRounding
    {
        ref float from = ref MemoryMarshal.GetReference(source);
        ref ushort to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        int i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            Vector256<uint> low = TRounding.Round(Vector256.LoadUnsafe(ref from, (nuint)i));
            Vector256<uint> high = TRounding.Round(Vector256.LoadUnsafe(ref from, (nuint)(i + Vector256<uint>.Count)));
            Vector256.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
            destination[i] = (ushort)TRounding.Round(Vector256.CreateScalar(source[i])).ToScalar();
    }

    /// <summary>
    /// The upper half of the bits, once half a unit of it, less one where it is even, is added: <c>y = (x + 0x7FFF + (x >> 16 &amp; 1)) >> 16</c>.
    /// </summary>
    private readonly struct ToBFloat16Rounding : IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Round(Vector256<float> numbers)
        {
            Vector256<uint> bits = numbers.AsUInt32();
            return (bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One)) >>> 16;
        }
    }

    /// <summary>
    /// Exponent and fraction move into place, rounded as above. Numbers below half precision's normal ones are rounded by
    /// adding 1/2, whose unit in the last place is their unit.
    /// </summary>
    private readonly struct ToHalfRounding : IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Round(Vector256<float> numbers)
        {
            const uint magnitudeBits = 0x7FFF_FFFF, smallestNormal = 0x3880_0000, exponentDifference = 112u << 23;
            const float half = 0.5f;
            Vector256<uint> bits = numbers.AsUInt32();
            Vector256<uint> magnitude = bits & Vector256.Create(magnitudeBits);
            Vector256<uint> sign = (bits ^ magnitude) >>> 16;
            Vector256<uint> normal = (magnitude - Vector256.Create(exponentDifference - 0xFFF) + ((magnitude >>> 13) & Vector256<uint>.One)) >>> 13;
            Vector256<uint> subnormal = (magnitude.AsSingle() + Vector256.Create(half)).AsUInt32() - Vector256.Create(half).AsUInt32();
            return sign | Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(smallestNormal)), subnormal, normal);
        }
    }
}
