namespace AdapterToolkit.Quantization;

/// <summary>
/// A quantized tensor in host memory, in the order in which bitsandbytes and checkpoints hold it: numbers in row-major order,
/// blocks one after the other. A device may order the codes otherwise, but gives them back like this.
/// </summary>
public sealed class QuantizedValues
{
    /// <summary>Collects the parts of a quantized tensor.</summary>
    /// <param name="format">The format; not float32.</param>
    /// <param name="elements">How many numbers the tensor has.</param>
    /// <param name="codes">
    /// 4 bits: two numbers a byte, the first in the high half. 8 bits: one byte a number. 16 bits: two bytes a number, the lower first.
    /// </param>
    /// <param name="scales">The blocks' scales; null for 16 bits.</param>
    /// <exception cref="ArgumentException">A part does not have the length that the format gives it.</exception>
    public QuantizedValues(WeightFormat format, int elements, byte[] codes, BlockScales? scales)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(codes);
        if (format.Numbers is null)
            throw new ArgumentException("Float32 numbers are not quantized.", nameof(format));
        if (codes.LongLength != CodeBytes(format, elements))
            throw new ArgumentException(
                $"{elements} numbers in {format} have {CodeBytes(format, elements)} bytes of codes, but {codes.LongLength} were given.", nameof(codes));
        if ((scales is not null) != format.HasBlocks)
            throw new ArgumentException(
                $"Numbers in {format} have {(format.HasBlocks ? "scales, but none were given" : "no scales, but some were given")}.", nameof(scales));
        if (scales is not null && (scales.Count != format.Blocks(elements) || scales.IsNested != format.DoubleQuantized))
            throw new ArgumentException(
                $"{elements} numbers in {format} have {format.Blocks(elements)} {(format.DoubleQuantized ? "8-bit" : "float32")} scales, "
                    + $"but {scales.Count} {(scales.IsNested ? "8-bit" : "float32")} ones were given.",
                nameof(scales));
        Format = format;
        Elements = elements;
        Codes = codes;
        Scales = scales;
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <summary>How many numbers the tensor has.</summary>
    public int Elements { get; }

    /// <summary>The numbers' codes.</summary>
    public byte[] Codes { get; }

    /// <summary>The blocks' scales; null for 16 bits, whose numbers have none.</summary>
    public BlockScales? Scales { get; }

    /// <summary>The bytes of codes that so many numbers have.</summary>
    /// <param name="format">The format.</param>
    /// <param name="elements">How many numbers there are.</param>
    public static long CodeBytes(WeightFormat format, int elements)
    {
        ArgumentNullException.ThrowIfNull(format);
        return (((long)elements * format.Bits) + 7) / 8;
    }
}
