using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>The emitted kernels that bring W into its format and out of it give the bits of <see cref="Quantizer"/>, on every device.</summary>
[Collection(nameof(VectorWidth))]
public sealed class QuantizedCodecTests
{
    private const string Name = "model.layers.3.weight";

    /// <summary>Input and output features: single numbers, whole and partial last blocks, odd counts, blocks that rows and words straddle.</summary>
    private static readonly (int In, int Out)[] s_shapes = [(1, 1), (3, 1), (64, 32), (32, 3), (33, 65), (100, 31), (40, 70), (1100, 3), (7, 99), (512, 34)];

    private static readonly int[] s_widths = [512, 256, 128];

    /// <summary>The middles between values of the codebooks, where codes change.</summary>
    private static readonly float[][] s_points =
        [DecisionPoints.Between(Codebooks.NF4), DecisionPoints.Between(Codebooks.FP4), DecisionPoints.Between(Codebooks.Dynamic8)];

    public static IEnumerable<TheoryDataRow<string, int>> LayersAndWidths =>
        from layer in QuantizedLayers.Names
        from bits in s_widths
        select new TheoryDataRow<string, int>(layer, bits);

    public static IEnumerable<TheoryDataRow<string, string>> LayersAndDevices => TestDevices.With(TestDevices.All, QuantizedLayers.Names);

    public static IEnumerable<TheoryDataRow<string, string>> LayersAndAccelerators => TestDevices.With(TestDevices.Accelerators, QuantizedLayers.Names);

    public static IEnumerable<TheoryDataRow<string, string>> FixturesAndDevices => TestDevices.With(TestDevices.All, QuantizedFixture.Names);

    [Theory]
    [MemberData(nameof(LayersAndWidths))]
    public void OnTheCpuBitsAreThoseOfTheReference(string layer, int bits)
    {
        using VectorsOf vectors = new(bits);
        using CpuDevice device = new(threads: 2);
        CheckAll(device, layer);

        // Enough numbers that threads share them, and that the last share ends in a partial block.
        Check(device, layer, 1001, 397, NumberKind.Gaussian);
    }

    [Theory]
    [MemberData(nameof(LayersAndAccelerators))]
    public void OnAcceleratorsBitsAreThoseOfTheReference(string identifier, string layer)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        CheckAll(device, layer);
    }

    [Theory]
    [MemberData(nameof(FixturesAndDevices))]
    public void GoldenCasesKeepTheirBits(string identifier, string name)
    {
        using QuantizedFixture fixture = new(name);
        using ComputeDevice device = TestDevices.Open(identifier);
        int[] shape = [.. fixture.WeightShape.Select(dimension => (int)dimension)];
        Linear? layer = QuantizedLayers.WithFormat(fixture.Format, shape.Skip(1).Aggregate(1, (product, dimension) => product * dimension), shape[0]);
        Assert.SkipWhen(layer is null, $"No layer of the tests is compiled for {fixture.Format}.");
        BlockScales scales = fixture.Format.DoubleQuantized
            ? new BlockScales(fixture.ScaleCodes, fixture.NestedMaxima, fixture.NestedOffset)
            : new BlockScales(fixture.Maxima);
        QuantizedValues golden = new(fixture.Format, layer.Weight.Shape.Elements, fixture.Codes, scales);

        layer.Load(layer.Weight, device, fixture.Weight, fixture.Format, name);
        QuantizedValues actual = layer.Weight.Packed.ToQuantizedValues();
        layer.Weight.Dispose();
        layer.Weight.Load(device, golden);
        Assert.Equal(layer.Weight.Packed.ToQuantizedValues().Codes, actual.Codes);
        Assert.Equal(scales.Codes, actual.Scales!.Codes);
        Assert.Equal(Bits(scales.Maxima), Bits(actual.Scales.Maxima));
        if (fixture.Format.DoubleQuantized)
        {
            WithinTwoUnits([scales.Offset], [actual.Scales.Offset]);
            WithinTwoUnits(scales.NestedMaxima!, actual.Scales.NestedMaxima!);
        }

        layer.MergeTo(32);
        Assert.Equal(fixture.Dequantized, layer.Weight.ToArray());
        layer.Weight.Dispose();
    }

    [Theory]
    [MemberData(nameof(LayersAndDevices))]
    public void NumbersThatAreNotFiniteAreRefusedAndNothingIsLoaded(string identifier, string name)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Linear layer = QuantizedLayers.Create(name, 40, 30);
        float[] values = Numbers(layer.Weight.Shape, NumberKind.Gaussian, seed: 1);
        layer.Load(layer.Weight, device, values, layer.MarkedFormat, Name);
        layer.Weight.Dispose();
        long held = device.HeldBytes;
        foreach ((float number, int index) in ((float, int)[])[(float.NaN, 0), (float.PositiveInfinity, 700), (float.NegativeInfinity, values.Length - 1)])
        {
            float[] damaged = [.. values];
            damaged[index] = number;
            InvalidDataException refused = Assert.Throws<InvalidDataException>(() => layer.Load(layer.Weight, device, damaged, layer.MarkedFormat, Name));
            Assert.Contains($"'{Name}'", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"number {index} is", refused.Message, StringComparison.Ordinal);
            Assert.False(layer.Weight.IsLoaded);
            Assert.True(device.HeldBytes == held, $"{device.HeldBytes - held} bytes are held since the tensor was refused.");
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("debug")]
    public void NumbersTooLargeForHalfPrecisionAreRefused(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Float16Layer layer = new(3, 1);
        InvalidDataException refused =
            Assert.Throws<InvalidDataException>(() => layer.Load(layer.Weight, device, [0, 65519.996f, 65520f], layer.MarkedFormat, Name));
        Assert.Contains("number 2 is", refused.Message, StringComparison.Ordinal);
        Assert.False(layer.Weight.IsLoaded);
        layer.Load(layer.Weight, device, [0, 65519.996f, -65504f], layer.MarkedFormat, Name);
        Assert.Equal([0, 65504, -65504], layer.Weight.ToArray());
        layer.Weight.Dispose();
    }

    [Fact]
    public void AWeightIsLoadedOnceAndWithAsManyNumbersAsItHas()
    {
        using CpuDevice device = new(threads: 1);
        Nf4Layer layer = new(8, 4);
        Assert.Throws<ArgumentException>(() => layer.Load(layer.Weight, device, new float[31], layer.MarkedFormat, Name));
        layer.Load(layer.Weight, device, new float[32], layer.MarkedFormat, Name);
        Assert.Throws<InvalidOperationException>(() => layer.Load(layer.Weight, device, new float[32], layer.MarkedFormat, Name));
        layer.Weight.Dispose();
    }

    [Fact]
    public void KernelsForFloat32DoNotQuantize()
    {
        using CpuDevice device = new(threads: 1);
        Nf4Layer layer = new(8, 4);
        Assert.Throws<InvalidOperationException>(() => layer.KernelsFor(WeightFormat.FullPrecision)!.Quantize(device, layer.Weight.Shape, new float[32], Name));
    }

    /// <summary>Every shape with every kind of numbers; on ILGPU's CPU accelerator, which is slow, every shape once and every kind at least once.</summary>
    private static void CheckAll(ComputeDevice device, string layer)
    {
        NumberKind[] kinds = Enum.GetValues<NumberKind>();
        for (int i = 0; i < s_shapes.Length; i++)
        {
            foreach (NumberKind kind in device.Identifier == "debug" ? [kinds[i % kinds.Length]] : kinds)
                Check(device, layer, s_shapes[i].In, s_shapes[i].Out, kind);
        }
    }

    private static void Check(ComputeDevice device, string name, int inFeatures, int outFeatures, NumberKind kind)
    {
        Linear layer = QuantizedLayers.Create(name, inFeatures, outFeatures);
        WeightFormat format = layer.MarkedFormat;
        float[] values = Numbers(layer.Weight.Shape, kind, seed: (31 * inFeatures) + outFeatures);
        if (format == WeightFormat.Float16)
            values = [.. values.Select(value => Math.Clamp(value, -65504, 65504))];
        QuantizedValues reference = Quantizer.Quantize(values, format, Name);
        float[] decoded = new float[values.Length];
        Quantizer.Dequantize(reference, decoded);
        layer.Weight.Load(device, reference);
        QuantizedValues expected = layer.Weight.Packed.ToQuantizedValues();
        layer.Weight.Dispose();

        layer.Load(layer.Weight, device, values, format, Name);

        Assert.Equal(format, layer.Weight.Format);
        QuantizedValues actual = layer.Weight.Packed.ToQuantizedValues();
        string place = $"{kind} numbers of {name}, {outFeatures} x {inFeatures}, on {device.Identifier}";
        Assert.True(expected.Codes.AsSpan().SequenceEqual(actual.Codes),
            $"{place}: the codes differ from byte {expected.Codes.AsSpan().CommonPrefixLength(actual.Codes)} on.");
        Assert.Equal(expected.Scales?.Codes, actual.Scales?.Codes);
        Assert.Equal(Bits(expected.Scales?.Maxima), Bits(actual.Scales?.Maxima));
        Assert.Equal(Bits(expected.Scales?.NestedMaxima), Bits(actual.Scales?.NestedMaxima));
        Assert.Equal(expected.Scales?.Offset, actual.Scales?.Offset);

        Assert.Equal(0, layer.MergeTo(32));
        Assert.Equal(WeightFormat.FullPrecision, layer.Weight.Format);
        float[] dense = layer.Weight.ToArray();
        Assert.True(decoded.AsSpan().SequenceEqual(dense), $"{place}: the decoded numbers differ from number {decoded.AsSpan().CommonPrefixLength(dense)} on.");
        layer.Weight.Dispose();
    }

    private static float[] Numbers(Shape shape, NumberKind kind, int seed)
    {
        Random random = new(seed);
        float[] values = new float[shape.Elements];
        for (int i = 0; i < values.Length; i++)
        {
            float uniform = (2 * random.NextSingle()) - 1;
            int row = i / shape.Columns;
            values[i] = kind switch
            {
                NumberKind.Gaussian => 0.02f * (uniform + random.NextSingle() - random.NextSingle()),
                NumberKind.Zeros => 0,
                NumberKind.Sparse => random.Next(4) == 0 ? uniform : random.Next(2) == 0 ? 0 : -0f,
                NumberKind.Denormal => 3e-41f * uniform,
                NumberKind.ManyMagnitudes => uniform * MathF.Pow(10, random.Next(-44, 5)),
                NumberKind.RowsOfManyMagnitudes => uniform * MathF.Pow(10, (row % 9 * 9) - 42),
                NumberKind.EqualBlocks => (i / 32 % 3) - 0.75f,
                _ => NearPoints(random, i),
            };
        }

        return values;
    }

    /// <summary>Numbers at, just below and just above the middles between values of the codebooks, in blocks whose largest magnitude is one.</summary>
    private static float NearPoints(Random random, int index)
    {
        if (index % 32 == 0)
            return 1;
        float[] points = s_points[random.Next(s_points.Length)];
        float point = points[random.Next(points.Length)];
        return random.Next(3) switch
        {
            0 => MathF.BitDecrement(point),
            1 => point,
            _ => MathF.BitIncrement(point),
        };
    }

    private static void WithinTwoUnits(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(Math.Abs(BitConverter.SingleToInt32Bits(expected[i]) - (long)BitConverter.SingleToInt32Bits(actual[i])), 0, 2);
    }

    private static int[]? Bits(float[]? values) => values?.Select(BitConverter.SingleToInt32Bits).ToArray();

    /// <summary>What numbers a tensor is made of.</summary>
    private enum NumberKind
    {
        Gaussian,
        Zeros,
        Sparse,
        Denormal,
        ManyMagnitudes,
        RowsOfManyMagnitudes,
        EqualBlocks,
        NearDecisionPoints,
    }
}
