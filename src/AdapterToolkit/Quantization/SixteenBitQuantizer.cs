using System.Numerics;
using System.Runtime.InteropServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>Rounds numbers to 16 bits, bfloat16 or half precision, and widens them again; there are no blocks and no scales.</summary>
internal static class SixteenBitQuantizer
{
    /// <summary>Numbers of a piece that one core rounds at a time.</summary>
    private const int Unit = 256;

    /// <summary>Rounds numbers.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="format">Bfloat16 or half precision.</param>
    /// <param name="codes">Receives two bytes a number, the lower first.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="InvalidDataException">A number is not finite, or rounds to infinity.</exception>
    internal static unsafe void Quantize(ReadOnlySpan<float> values, WeightFormat format, Span<byte> codes, string name)
    {
        bool isHalf = format.Numbers == QuantizationFormat.Float16;
        float largest = LargestOf(format);
        int unsupported = 0;
        fixed (float* valuesStart = values)
        fixed (byte* codesStart = codes)
        {
            float* from = valuesStart;
            ushort* to = (ushort*)codesStart;
            ParallelBlocks.Run(values.Length, Unit, (start, end) =>
            {
                ReadOnlySpan<float> source = new(from + start, end - start);
                Span<ushort> destination = new(to + start, end - start);
                if (!(LargestMagnitude.Of(source) <= largest))
                    Volatile.Write(ref unsupported, 1);
                else if (isHalf)
                    Narrowing.ToHalf(source, destination);
                else
                    Narrowing.ToBFloat16(source, destination);
            });
        }

        if (unsupported != 0)
            ThrowIfUnsupported(values, format, name);
    }

    /// <summary>Refuses numbers that the format can't hold.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="format">Bfloat16 or half precision.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="InvalidDataException">A number is not finite, or rounds to infinity.</exception>
    internal static void ThrowIfUnsupported(ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        float found = LargestMagnitude.Of(values), largest = LargestOf(format);
        if (!float.IsFinite(found))
            throw UnsupportedNumbers.NotFinite(values, name);
        if (found > largest)
            throw UnsupportedNumbers.TooLarge(values, largest, format, name);
    }

    /// <summary>Refuses numbers in 16 bits that are infinite or not numbers: those whose exponent has all its bits.</summary>
    /// <param name="codes">Two bytes a number, the lower first.</param>
    /// <param name="format">Bfloat16 or half precision.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    internal static void ThrowIfNotFinite(ReadOnlySpan<byte> codes, WeightFormat format, string name)
    {
        bool isHalf = format.Numbers == QuantizationFormat.Float16;
        int exponent = isHalf ? 0x7C00 : 0x7F80;
        ReadOnlySpan<ushort> numbers = MemoryMarshal.Cast<byte, ushort>(codes);
        Vector<ushort> all = new((ushort)exponent);
        int i = 0;
        while (i <= numbers.Length - Vector<ushort>.Count && !Vector.EqualsAny(new Vector<ushort>(numbers[i..]) & all, all))
            i += Vector<ushort>.Count;
        for (; i < numbers.Length; i++)
        {
            if ((numbers[i] & exponent) == exponent)
                throw UnsupportedNumbers.NotFinite(
                    i, isHalf ? (float)BitConverter.UInt16BitsToHalf(numbers[i]) : BitConverter.UInt32BitsToSingle((uint)numbers[i] << 16), name);
        }
    }

    /// <summary>Widens numbers; exact.</summary>
    /// <param name="values">The numbers in 16 bits.</param>
    /// <param name="destination">Receives them in single precision.</param>
    internal static unsafe void Dequantize(QuantizedValues values, Span<float> destination)
    {
        bool isHalf = values.Format.Numbers == QuantizationFormat.Float16;
        fixed (byte* codesStart = values.Codes)
        fixed (float* destinationStart = destination)
        {
            ushort* from = (ushort*)codesStart;
            float* to = destinationStart;
            ParallelBlocks.Run(values.Elements, Unit, (start, end) =>
            {
                ReadOnlySpan<ushort> source = new(from + start, end - start);
                Span<float> target = new(to + start, end - start);
                if (isHalf)
                    Widening.FromHalf(source, target);
                else
                    Widening.FromBFloat16(source, target);
            });
        }
    }

    private static float LargestOf(WeightFormat format) => format.Numbers == QuantizationFormat.Float16 ? Narrowing.LargestHalf : Narrowing.LargestBFloat16;
}
