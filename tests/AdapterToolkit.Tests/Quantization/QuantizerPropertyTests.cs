using AdapterToolkit.Quantization;
using CsCheck;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>What holds for every tensor that is quantized, whatever its length, block size and numbers.</summary>
public sealed class QuantizerPropertyTests
{
    /// <summary>Two whole blocks and a piece of the largest block, so that every kind of last block occurs.</summary>
    private const int MostNumbers = 9000;

    private static readonly Gen<int> s_blockSize = Gen.Int[5, 12].Select(power => 1 << power);

    private static readonly Gen<WeightFormat> s_plainFormat = Gen.Select(Gen.Int[0, 2], s_blockSize, (kind, blockSize) => kind switch
    {
        0 => WeightFormat.NF4(blockSize, doubleQuantized: false),
        1 => WeightFormat.FP4(blockSize, doubleQuantized: false),
        _ => WeightFormat.Dynamic8(blockSize),
    });

    private static readonly Gen<WeightFormat> s_doubleFormat = Gen.Select(Gen.Bool, s_blockSize, (isNF4, blockSize) =>
        isNF4 ? WeightFormat.NF4(blockSize) : WeightFormat.FP4(blockSize));

    private static readonly Gen<WeightFormat> s_sixteenBits = Gen.Bool.Select(isHalf => isHalf ? WeightFormat.Float16 : WeightFormat.BFloat16);

    private static readonly Gen<WeightFormat> s_anyFormat = Gen.OneOf(s_plainFormat, s_doubleFormat, s_sixteenBits);

    /// <summary>Numbers as weights have, zeros, denormal and very large ones, and runs of one number.</summary>
    private static readonly Gen<float[]> s_values = Gen.Select(Gen.Int[0, MostNumbers], Gen.Int[0, 5], Gen.UInt)
        .Select((length, kind, seed) => Numbers(length, kind, seed));

    private static readonly Gen<float> s_notFinite = Gen.Int[-1, 1].Select(sign => sign / 0f);

    [Fact]
    public void EveryCodeIsTheNearest() => Gen.Select(s_values, s_plainFormat).Sample((values, format) =>
    {
        QuantizedValues quantized = Quantizer.Quantize(values, format, "w");
        double[] codebook = [.. Codebooks.Of(format.Numbers!.Value).ToArray().Select(value => (double)value)];
        for (int block = 0; block < quantized.Scales!.Count; block++)
        {
            int start = block * format.BlockSize, end = Math.Min(start + format.BlockSize, values.Length);
            double scale = quantized.Scales[block];
            Assert.Equal(values[start..end].Max(MathF.Abs), scale);
            for (int i = start; i < end; i++)
            {
                double x = scale == 0 ? 0 : values[i] / scale;
                double distance = Math.Abs(codebook[CodeOf(quantized, i)] - x);

                // Codes are chosen among float32 distances of a rounded quotient.
                if (distance > codebook.Min(value => Math.Abs(value - x)) + 4e-7)
                    Assert.Fail($"Number {i}, {values[i]}, has the code {CodeOf(quantized, i)}; another is nearer.");
            }
        }
    }, iter: 200);

    [Fact]
    public void DecodingGivesTheCodesValueTimesTheScale() => Gen.Select(s_values, Gen.OneOf(s_plainFormat, s_doubleFormat)).Sample((values, format) =>
    {
        QuantizedValues quantized = Quantizer.Quantize(values, format, "w");
        float[] decoded = Decode(quantized);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(Codebooks.Of(format.Numbers!.Value)[CodeOf(quantized, i)] * quantized.Scales![i / format.BlockSize], decoded[i]);
    }, iter: 200);

    [Fact]
    public void QuantizingDecodedNumbersGivesTheSameBits() => Gen.Select(s_values, s_blockSize).Sample((values, blockSize) =>
    {
        QuantizedValues quantized = Quantizer.Quantize(values, WeightFormat.NF4(blockSize, doubleQuantized: false), "w");
        QuantizedValues again = Quantizer.Quantize(Decode(quantized), quantized.Format, "w");
        Assert.Equal(quantized.Codes, again.Codes);
        Assert.Equal(quantized.Scales!.Maxima, again.Scales!.Maxima);
    }, iter: 300);

    /// <summary>Below 13 of the smallest float32 numbers, values of neighbouring codes times the scale are the same number.</summary>
    [Fact]
    public void BlocksOfDenormalNumbersQuantizeToTheSameBitsAgain()
    {
        for (int units = 13; units <= 256; units++)
        {
            float[] values = [.. Enumerable.Range(-units, (2 * units) + 1).Select(unit => unit * float.Epsilon)];
            QuantizedValues quantized = Quantizer.Quantize(values, WeightFormat.NF4(4096, doubleQuantized: false), "w");
            Assert.Equal(units * float.Epsilon, quantized.Scales!.Maxima!.Single());
            Assert.Equal(quantized.Codes, Quantizer.Quantize(Decode(quantized), quantized.Format, "w").Codes);
        }
    }

    [Fact]
    public void DoubleQuantizedScalesAreNearThePlainOnes() =>
        Gen.Select(s_values.Where(values => values.All(value => MathF.Abs(value) < 1e30f)), s_doubleFormat).Sample((values, format) =>
        {
            QuantizedValues quantized = Quantizer.Quantize(values, format, "w");
            WeightFormat plainFormat = format.Numbers == QuantizationFormat.NF4
                ? WeightFormat.NF4(format.BlockSize, doubleQuantized: false)
                : WeightFormat.FP4(format.BlockSize, doubleQuantized: false);
            QuantizedValues plain = Quantizer.Quantize(values, plainFormat, "w");
            Assert.Equal(plain.Codes, quantized.Codes);
            for (int block = 0; block < plain.Scales!.Count; block++)
            {
                // The widest gap of the dynamic map is 0.0141; a scale is at most half of it, times the nested maximum, away.
                double tolerance = (0.0071 * quantized.Scales!.NestedMaxima![block / WeightFormat.NestedBlockSize])
                    + (1e-6 * plain.Scales[block]) + float.Epsilon;
                Assert.Equal(plain.Scales[block], quantized.Scales[block], tolerance);
            }
        }, iter: 200);

    [Fact]
    public void BlocksOfZerosDecodeToZeros() => Gen.Select(Gen.Int[0, MostNumbers], s_anyFormat).Sample((length, format) =>
    {
        QuantizedValues quantized = Quantizer.Quantize(new float[length], format, "w");
        Assert.All(Decode(quantized), value => Assert.Equal(0, value));
        Assert.True(quantized.Scales is null || Enumerable.Range(0, quantized.Scales.Count).All(block => quantized.Scales[block] == 0));
    }, iter: 50);

    [Fact]
    public void BlocksOfOneNumberDecodeExactly() => Gen.Select(Gen.Int[1, MostNumbers], s_plainFormat, Gen.Float[1e-3f, 1e3f]).Sample((length, format, value) =>
    {
        float[] values = new float[length];
        Array.Fill(values, value);
        Assert.Equal(values, Decode(Quantizer.Quantize(values, format, "w")));
    }, iter: 50);

    [Fact]
    public void NumbersThatAreNotFiniteAreRefusedByTheTensorsName() =>
        Gen.Select(s_values.Where(values => values.Length > 0), s_anyFormat, s_notFinite, Gen.Int[0, MostNumbers]).Sample((values, format, number, position) =>
        {
            int index = position % values.Length;
            values[index] = number;
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Quantizer.Quantize(values, format, "model.layers.3.weight"));
            Assert.Contains("'model.layers.3.weight'", exception.Message, StringComparison.Ordinal);
            Assert.Contains($"number {index} is", exception.Message, StringComparison.Ordinal);
        }, iter: 100);

    [Fact]
    public void SixteenBitsRoundToTheNearest() => Gen.Float[-65504f, 65504f].Array[0, 200].Sample(values =>
    {
        Assert.Equal(values.Select(value => (float)(Half)value), Decode(Quantizer.Quantize(values, WeightFormat.Float16, "w")));
        float[] small = [.. values.Select(value => value * 1e-9f)];
        Assert.Equal(small.Select(value => (float)(Half)value), Decode(Quantizer.Quantize(small, WeightFormat.Float16, "w")));
        float[] brain = Decode(Quantizer.Quantize(values, WeightFormat.BFloat16, "w"));
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(NearestBFloat16(values[i]), brain[i]);
    }, iter: 500);

    [Theory]
    [InlineData(65520f, 65519.996f)]
    [InlineData(-1e6f, -65504f)]
    public void NumbersTooLargeForHalfPrecisionAreRefused(float tooLarge, float largest)
    {
        float[] values = [0, largest, tooLarge];
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Quantizer.Quantize(values, WeightFormat.Float16, "w.3"));
        Assert.Contains("'w.3'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("number 2 is", exception.Message, StringComparison.Ordinal);
        Assert.Equal([0, MathF.CopySign(65504, largest)], Decode(Quantizer.Quantize(values.AsSpan(0, 2), WeightFormat.Float16, "w")));
    }

    [Fact]
    public void NumbersThatRoundToInfinityInBFloat16AreRefused()
    {
        float tie = BitConverter.UInt32BitsToSingle(0x7F7F_8000);
        Assert.Throws<InvalidDataException>(() => Quantizer.Quantize([1, tie], WeightFormat.BFloat16, "w"));
        Assert.Equal([BitConverter.UInt32BitsToSingle(0x7F7F_0000)], Decode(Quantizer.Quantize([MathF.BitDecrement(tie)], WeightFormat.BFloat16, "w")));
    }

    [Fact]
    public void LongTensorsGiveTheBitsOfTheirPieces()
    {
        float[] values = Numbers(300_000, 0, 3);
        foreach (WeightFormat format in (WeightFormat[])[
            WeightFormat.NF4(doubleQuantized: false), WeightFormat.Dynamic8(), WeightFormat.BFloat16, WeightFormat.Float16,
        ])
        {
            byte[] whole = Quantizer.Quantize(values, format, "w").Codes;
            byte[] pieces = [.. values.Chunk(4096).SelectMany(chunk => Quantizer.Quantize(chunk, format, "w").Codes)];
            Assert.Equal(pieces, whole);
        }
    }

    [Fact]
    public void Float32IsNoFormatToQuantizeTo() =>
        Assert.Throws<ArgumentException>(() => Quantizer.Quantize([1], WeightFormat.FullPrecision, "w"));

    private static int CodeOf(QuantizedValues quantized, int index) => quantized.Format.Bits == 8
        ? quantized.Codes[index]
        : (quantized.Codes[index / 2] >> (index % 2 == 0 ? 4 : 0)) & 15;

    private static float[] Decode(QuantizedValues quantized)
    {
        float[] values = new float[quantized.Elements];
        Quantizer.Dequantize(quantized, values);
        return values;
    }

    /// <summary>The nearer of the two bfloat16 numbers around a number; of two equally near, the even one.</summary>
    private static float NearestBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        float inner = BitConverter.UInt32BitsToSingle(bits & 0xFFFF_0000), outer = BitConverter.UInt32BitsToSingle((bits & 0xFFFF_0000) + 0x1_0000);
        double toInner = Math.Abs((double)value - inner), toOuter = Math.Abs((double)outer - value);
        return toInner < toOuter || (toInner == toOuter && (bits & 0x1_0000) == 0) ? inner : outer;
    }

    private static float[] Numbers(int length, int kind, uint seed)
    {
        var random = new Random((int)seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            float magnitude = kind switch
            {
                0 => 0.05f,
                1 => random.Next(3) == 0 ? 0 : 1,
                2 => 1e-41f,
                3 => MathF.Pow(10, random.Next(-42, 4)),
                4 => 6e4f,
                _ => i / 50 % 2,
            };
            values[i] = kind == 5 ? magnitude : magnitude * ((2 * random.NextSingle()) - 1);
        }

        return values;
    }
}
