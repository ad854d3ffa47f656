using AdapterToolkit.Quantization;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>Quantizing gives the bits that bitsandbytes gives.</summary>
public sealed class QuantizedFixtureTests
{
    private const int UnitsAllowed = 2;

    public static TheoryData<string> Cases => [.. QuantizedFixture.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheCodebookIsTheSame(string name)
    {
        using QuantizedFixture fixture = new(name);
        Assert.Equal(Bits(fixture.Codebook), Bits(Codebooks.Of(fixture.Format.Numbers!.Value)));
        if (fixture.Format.DoubleQuantized)
            Assert.Equal(Bits(fixture.NestedCodebook), Bits(Codebooks.Dynamic8));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CodesAndScalesAreTheSame(string name)
    {
        using QuantizedFixture fixture = new(name);
        QuantizedValues quantized = Quantizer.Quantize(fixture.Weight, fixture.Format, name);
        Assert.Equal(fixture.Codes, quantized.Codes);
        if (fixture.Format.DoubleQuantized)
        {
            Assert.Equal(fixture.ScaleCodes, quantized.Scales!.Codes);
            WithinUnits([fixture.NestedOffset], [quantized.Scales.Offset]);
            WithinUnits(fixture.NestedMaxima, quantized.Scales.NestedMaxima!);
        }
        else
        {
            Assert.Equal(Bits(fixture.Maxima), Bits(quantized.Scales!.Maxima));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void DecodedNumbersAreTheSame(string name)
    {
        using QuantizedFixture fixture = new(name);
        float[] expected = fixture.Dequantized;
        BlockScales scales = fixture.Format.DoubleQuantized
            ? new BlockScales(fixture.ScaleCodes, fixture.NestedMaxima, fixture.NestedOffset)
            : new BlockScales(fixture.Maxima);
        float[] actual = new float[expected.Length];
        Quantizer.Dequantize(new QuantizedValues(fixture.Format, expected.Length, fixture.Codes, scales), actual);
        Assert.Equal(expected, actual);
    }

    private static void WithinUnits(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(Math.Abs(BitConverter.SingleToInt32Bits(expected[i]) - (long)BitConverter.SingleToInt32Bits(actual[i])), 0, UnitsAllowed);
    }

    private static int[] Bits(ReadOnlySpan<float> values) => [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
