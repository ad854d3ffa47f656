using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>What a merge into a quantized weight does: refuse, make the layer dense, or round on purpose.</summary>
public sealed class QuantizedMergeTests
{
    private const int In = 128;
    private const int Out = 40;

    private static readonly float[] s_weight = Values(0, In * Out, 0.05f);

    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_plain_merge_is_refused_and_names_the_right_ways(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Layers layers = new(device, new Nf4Layer(In, Out));

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => layers.Layer.Merge());

        Assert.Contains("MergeTo(16)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Merge(requantize: true)", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(layers.Layer.Factors);
        Assert.Equal(layers.Layer.MarkedFormat, layers.Layer.Weight.Format);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_merge_to_32_bits_is_the_exact_sum(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Layers layers = new(device, new Nf4Layer(In, Out));
        float[] expected = layers.Sum();

        float error = layers.Layer.MergeTo(32);

        Assert.Equal(0, error);
        Assert.Null(layers.Layer.Factors);
        Assert.Equal(WeightFormat.FullPrecision, layers.Layer.Weight.Format);
        Close.Assert(expected, layers.Layer.Weight.ToArray(), 1e-6, "the merged weight");
        layers.CheckForward(expected);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_merge_to_16_bits_rounds_the_sum_and_says_how_much(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Layers layers = new(device, new Nf4Layer(In, Out));
        float[] expected = layers.Sum();

        float error = layers.Layer.MergeTo(16);

        Assert.Equal(WeightFormat.BFloat16, layers.Layer.Weight.Format);
        float[] held = layers.Layer.Weight.ToArray();
        Assert.Equal(expected.Zip(held, (sum, number) => Math.Abs(sum - number)).Max(), error, 1e-6);
        Assert.InRange(error, float.Epsilon, expected.Max(Math.Abs) / 256);
        Assert.Equal((long)In * Out * 2, ToBytes(layers.Layer.Weight, device));
        layers.CheckForward(held);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Reversible_merges_restore_codes_and_scales_exactly(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Layers layers = new(device, new Nf4Layer(In, Out));
        QuantizedValues before = layers.Layer.Weight.Packed.ToQuantizedValues();
        foreach (Action<Linear> merge in (Action<Linear>[])[layer => layer.MergeTo(16, reversible: true), layer => layer.MergeTo(32, reversible: true),
            layer => layer.Merge(reversible: true, requantize: true)])
        {
            merge(layers.Layer);
            Assert.True(layers.Layer.IsMerged);
            Assert.Empty(layers.Layer.Parameters);
            Assert.Throws<InvalidOperationException>(() => layers.Layer.MergeTo(32));

            layers.Layer.Unmerge();

            QuantizedValues after = layers.Layer.Weight.Packed.ToQuantizedValues();
            Assert.Equal(before.Format, after.Format);
            Assert.Equal(before.Codes, after.Codes);
            Assert.Equal(before.Scales!.Codes, after.Scales!.Codes);
            Assert.Equal(before.Scales.NestedMaxima, after.Scales.NestedMaxima);
            Assert.Equal(before.Scales.Offset, after.Scales.Offset);
            Assert.NotEmpty(layers.Layer.Parameters);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_merge_that_quantizes_anew_reports_the_error_it_made(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Layers layers = new(device, new Nf4Layer(In, Out));
        float[] expected = layers.Sum();

        float error = layers.Layer.Merge(requantize: true);

        Assert.Equal(layers.Layer.MarkedFormat, layers.Layer.Weight.Format);
        float[] held = layers.Layer.Weight.ToArray();
        Assert.Equal(expected.Zip(held, (sum, number) => Math.Abs(sum - number)).Max(), error, 1e-6);
        Assert.True(error > 1e-3, $"Four bits lose more than {error}.");
        layers.CheckForward(held);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_layer_loaded_dense_merges_in_its_own_bits()
    {
        using CpuDevice device = new();
        using Layers layers = new(device, new Nf4Layer(In, Out), WeightFormat.FullPrecision);
        float[] expected = layers.Sum();

        Assert.Equal(0, layers.Layer.Merge());

        Close.Assert(expected, layers.Layer.Weight.ToArray(), 1e-6, "the merged weight");
        layers.CheckForward(expected);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_layer_without_adapter_becomes_dense_too()
    {
        using CpuDevice device = new();
        PlainNf4Layer layer = new(In, Out);
        layer.Weight.Load(device, s_weight, layer.MarkedFormat, "weight");
        float[] held = layer.Weight.ToArray();

        layer.MergeTo(32);

        Assert.Equal(held, layer.Weight.ToArray());
        Assert.Equal(WeightFormat.FullPrecision, layer.Weight.Format);
        Assert.Throws<ArgumentOutOfRangeException>(() => layer.MergeTo(8));
        layer.Weight.Dispose();
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_merge_that_can_not_be_held_leaves_the_layer_as_it_was()
    {
        using CpuDevice device = new();
        using Layers layers = new(device, new Nf4Layer(In, Out), factor: float.MaxValue);
        byte[] codes = layers.Layer.Weight.Packed.ToQuantizedValues().Codes;

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => layers.Layer.MergeTo(16));

        Assert.Contains("weight", refused.Message, StringComparison.Ordinal);
        Assert.Equal(codes, layers.Layer.Weight.Packed.ToQuantizedValues().Codes);
        Assert.NotNull(layers.Layer.Factors);
        Assert.False(layers.Layer.IsMerged);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Numbers_of_a_layer_without_adapter_that_do_not_fit_are_refused_too()
    {
        using CpuDevice device = new();
        PlainNf4Layer layer = new(In, Out);
        layer.Weight.Load(device, Values(0, In * Out, 1e6f), layer.MarkedFormat, "weight");
        byte[] codes = layer.Weight.Packed.ToQuantizedValues().Codes;

        Assert.Throws<InvalidOperationException>(() => new AdaptedLayer(layer).ThrowIfSumsUnfit(WeightFormat.Float16));
        new AdaptedLayer(layer).ThrowIfSumsUnfit(WeightFormat.BFloat16);

        Assert.Equal(codes, layer.Weight.Packed.ToQuantizedValues().Codes);
        layer.Weight.Dispose();
    }

    private static long ToBytes(FrozenWeight weight, ComputeDevice device) =>
        device is CpuDevice ? weight.Bytes * Out / (((Out + 31) / 32) * 32) : weight.Bytes;

    private static float[] Values(int seed, int count, float size)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => size * ((2 * random.NextSingle()) - 1))];
    }

    /// <summary>A layer with a weight and an adapter.</summary>
    private sealed class Layers : IDisposable
    {
        private readonly ComputeDevice _device;

        public Layers(ComputeDevice device, Linear layer, WeightFormat? format = null, float factor = 0.05f)
        {
            _device = device;
            Layer = layer;
            layer.Weight.Load(device, s_weight, format ?? layer.MarkedFormat, "weight");
            layer.SetFactors(new LowRankFactors(device, "layer", layer.LowRank!, layer.LowRank!.Rank, 16, rankStabilized: false,
                Values(1, layer.LowRank.Rank * In, factor), Values(2, Out * layer.LowRank.Rank, factor)));
        }

        public Linear Layer { get; }

        /// <summary>W + s·BA, W being what the codes stand for.</summary>
        public float[] Sum()
        {
            float[] sum = Layer.Weight.ToArray();
            LowRankFactors factors = Layer.Factors!;
            float[] a = factors.A.Value.ToArray(), b = factors.B.Value.ToArray();
            for (int row = 0; row < Out; row++)
            {
                for (int column = 0; column < In; column++)
                {
                    double product = 0;
                    for (int rank = 0; rank < factors.Rank; rank++)
                        product += (double)b[(row * factors.Rank) + rank] * a[(rank * In) + column];
                    sum[(row * In) + column] += (float)(factors.Scaling * product);
                }
            }

            return sum;
        }

        public void CheckForward(float[] weight)
        {
            float[] input = Values(3, 2 * In, 1);
            using Tensor x = Tensor.From(_device, new Shape(2, In), input);
            using Tensor y = Layer.Forward(x);
            float[] expected = new float[2 * Out];
            for (int row = 0; row < 2; row++)
            {
                for (int feature = 0; feature < Out; feature++)
                    expected[(row * Out) + feature] = (float)Enumerable.Range(0, In).Sum(i => (double)input[(row * In) + i] * weight[(feature * In) + i]);
            }

            Close.Assert(expected, y.ToArray(), 1e-5, "the output after the merge");
        }

        public void Dispose()
        {
            if (!Layer.IsMerged)
                Layer.SetFactors(null);
            Layer.Weight.Dispose();
        }
    }
}
