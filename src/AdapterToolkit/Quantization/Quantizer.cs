using System.Buffers;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>
/// Quantizes tensors in host memory and decodes them again, with the same bits as bitsandbytes: codes, scales and decoded
/// numbers. Blocks are those of the flattened, row-major tensor.
/// </summary>
/// <remarks>
/// <para>A block of zeros has the codes of zero and the scale zero. A block of denormal numbers is quantized like any other, also
/// where bitsandbytes would divide by zero. Infinities and what is not a number are refused.</para>
/// <para>The work is shared among all cores; only the result is allocated.</para>
/// </remarks>
public static class Quantizer
{
    /// <summary>Quantizes numbers.</summary>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="format">The format; not float32.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="ArgumentException">The format is float32.</exception>
    /// <exception cref="InvalidDataException">A number is infinite, not a number, or too large for 16 bits; the message names the tensor.</exception>
    public static QuantizedValues Quantize(ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(name);
        if (format.Numbers is not { } numbers)
            throw new ArgumentException("Float32 numbers are not quantized.", nameof(format));

        byte[] codes = GC.AllocateUninitializedArray<byte>(checked((int)QuantizedValues.CodeBytes(format, values.Length)));
        switch (format.Bits)
        {
            case 16:
                SixteenBitQuantizer.Quantize(values, format, codes, name);
                return new QuantizedValues(format, values.Length, codes, null);
            case 8:
                EightBitEncoder encoder = new(NearestCodeTable.Of(numbers));
                return new QuantizedValues(format, values.Length, codes, Encode(values, format, encoder, codes, name));
            default:
                return new QuantizedValues(format, values.Length, codes, Encode(values, format, FourBitEncoder.Of(numbers), codes, name));
        }
    }

    /// <summary>Refuses numbers that a format can't hold, as <see cref="Quantize"/> does.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="format">The format; not float32.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="InvalidDataException">A number is infinite, not a number, or too large for 16 bits; the message names the tensor.</exception>
    internal static void ThrowIfUnsupported(ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        if (!format.HasBlocks)
            SixteenBitQuantizer.ThrowIfUnsupported(values, format, name);
        else if (!float.IsFinite(LargestMagnitude.Of(values)))
            throw UnsupportedNumbers.NotFinite(values, name);
    }

    /// <summary>Decodes numbers.</summary>
    /// <param name="values">The quantized numbers.</param>
    /// <param name="destination">Receives the numbers, row-major; exactly as many as there are.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public static void Dequantize(QuantizedValues values, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (destination.Length != values.Elements)
            throw new ArgumentException($"{values.Elements} numbers can't be decoded into a span of {destination.Length}.", nameof(destination));
        if (values.Format.HasBlocks)
            BlockwiseDequantizer.Dequantize(values, destination);
        else
            SixteenBitQuantizer.Dequantize(values, destination);
    }

    private static BlockScales Encode<TEncoder>(ReadOnlySpan<float> values, WeightFormat format, TEncoder encoder, Span<byte> codes, string name)
        where TEncoder : struct, IBlockEncoder
    {
        int blocks = format.Blocks(values.Length);
        if (!format.DoubleQuantized)
        {
            float[] maxima = GC.AllocateUninitializedArray<float>(blocks);
            BlockwiseQuantizer.Quantize(values, format.BlockSize, encoder, codes, maxima, name);
            return new BlockScales(maxima);
        }

        float[] borrowed = ArrayPool<float>.Shared.Rent(blocks);
        try
        {
            Span<float> maxima = borrowed.AsSpan(0, blocks);
            BlockwiseQuantizer.Quantize(values, format.BlockSize, encoder, codes, maxima, name);
            return ScaleQuantizer.Quantize(maxima, name);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(borrowed);
        }
    }
}
