using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>The rotary embedding against its definition, its gradient against finite differences.</summary>
public sealed class RotaryTests
{
    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    [Theory]
    [MemberData(nameof(All))]
    public void RotatesPairsHalfAHeadApart(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach ((int batch, int length, int heads, int headDim) in ((int, int, int, int)[])[(1, 1, 1, 2), (2, 3, 3, 6), (1, 9, 2, 64), (2, 5, 1, 50)])
        {
            double[] frequencies = RotaryFrequencies.Compute(headDim, 10_000, null);
            float[] x = Values(batch * length * heads * headDim);
            Close.Assert(Expected(x, length, heads, frequencies, 1), Run(device, x, batch, length, heads, frequencies, Op.Rotary), 1e-6, "y");
            Close.Assert(Expected(x, length, heads, frequencies, -1), Run(device, x, batch, length, heads, frequencies, Op.RotaryGradient), 1e-6, "dx");
        }
    }

    [Fact]
    public void GradientIsFiniteDifferences()
    {
        using CpuDevice device = new();
        double[] frequencies = RotaryFrequencies.Compute(4, 100, null);
        float[] x = Values(2 * 3 * 8), weights = [.. Values(2 * 3 * 8).Reverse()];
        float[] gradient = Run(device, weights, 2, 3, 2, frequencies, Op.RotaryGradient);
        FiniteDifferences.Assert(at => Expected(at, 3, 2, frequencies, 1).Zip(weights, (y, weight) => (double)y * weight).Sum(), x, gradient, "dx");
    }

    [Fact]
    public void FrequenciesAreThoseOfTheirFormula()
    {
        double[] plain = RotaryFrequencies.Compute(8, 10_000, null);
        Assert.Equal([1, 0.1, 0.01, 0.001], plain.Select(frequency => Math.Round(frequency, 7)));

        // Wavelengths 6.28, 62.8, 628 and 6283 against bounds of 512 / 4 and 512 / 1.
        double[] scaled = RotaryFrequencies.Compute(8, 10_000, new RotaryScaling(8, 1, 4, 512));
        Assert.Equal(plain[0], scaled[0]);
        Assert.Equal(plain[1], scaled[1]);
        Assert.Equal(plain[2] / 8, scaled[2], 1e-9);
        Assert.Equal(plain[3] / 8, scaled[3], 1e-9);

        // A wavelength of 628 against bounds of 2048 / 4 and 2048 / 1: t = (2048 / 628.3 - 1) / 3.
        double[] blended = RotaryFrequencies.Compute(8, 10_000, new RotaryScaling(8, 1, 4, 2048));
        double t = ((2048 / (2 * Math.PI / plain[2])) - 1) / 3;
        Assert.Equal((((1 - t) / 8) + t) * plain[2], blended[2], 1e-8);
        Assert.Throws<ArgumentOutOfRangeException>(() => RotaryFrequencies.Compute(7, 10_000, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotaryFrequencies.Compute(8, 0, null));
    }

    [Fact]
    public void FrequenciesAreThoseOfTheReferenceAndOtherScalingsAreRefused()
    {
        int read = 0;
        using TemporaryFolder folder = new();
        foreach (JsonNode? example in JsonNode.Parse(File.ReadAllText(Fixtures.PathOf("tasks", "rotary.json")))!.AsArray())
        {
            JsonNode config = JsonNode.Parse(File.ReadAllText(Fixtures.PathOf("llama-tiny", "base", LlamaConfig.FileName)))!;
            config["rope_parameters"] = example!["rope_parameters"]!.DeepClone();
            config["max_position_embeddings"] = (int)example["max_position_embeddings"]!;
            config["head_dim"] = (int)example["head_dim"]!;
            File.WriteAllText(folder[LlamaConfig.FileName], config.ToJsonString());
            string type = (string)config["rope_parameters"]!["rope_type"]!;
            if (type is not ("default" or "llama3"))
            {
                Assert.Contains(type, Assert.Throws<CheckpointException>(() => LlamaConfig.FromFile(folder[LlamaConfig.FileName])).Message,
                    StringComparison.Ordinal);
                continue;
            }

            LlamaConfig settings = LlamaConfig.FromFile(folder[LlamaConfig.FileName]);
            double[] expected = [.. example["inverse_frequencies"]!.AsArray().Select(frequency => (double)frequency!)];
            double[] actual = RotaryFrequencies.Compute(settings.HeadDim, settings.RotaryBase, settings.RotaryScaling);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * pair.First));
            read++;
        }

        Assert.NotEqual(0, read);
    }

    /// <summary>Rows of one long sequence are those of sequences that start at their positions, bit for bit.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void RowsTurnByTheirOwnPositions(string identifier)
    {
        const int heads = 3, headDim = 10, length = 12;
        using ComputeDevice device = TestDevices.Open(identifier);
        using TensorScope scope = new();
        using RotaryTable table = new(device, length, RotaryFrequencies.Compute(headDim, 10_000, null));
        float[] x = Values(length * heads * headDim);
        Tensor rows = Tensor.From(device, new Shape(length, heads * headDim), x);
        using SequenceContext whole = new(new TokenIds(new int[length], [length]), table);
        using SequenceContext parts = new(new TokenIds(new int[length], [5, 1, 6], [0, 5, 6]), table);
        using SequenceContext padded = new(new TokenIds(2, 6, new int[length], [6, 2], [0, 6]), table);
        Assert.Equal(Op.Rotary(rows, whole).ToArray(), Op.Rotary(rows, parts).ToArray());
        Assert.Equal(Op.RotaryGradient(rows, whole).ToArray(), Op.RotaryGradient(rows, parts).ToArray());
        Assert.Equal(Op.Rotary(rows, whole).ToArray(), Op.Rotary(rows, padded).ToArray());

        // Sequences that start at position 0 are another thing, but for the first of them.
        using SequenceContext starts = new(new TokenIds(new int[length], [5, 1, 6]), table);
        float[] turned = Op.Rotary(rows, whole).ToArray(), fromStart = Op.Rotary(rows, starts).ToArray();
        Assert.Equal(turned[..(5 * heads * headDim)], fromStart[..(5 * heads * headDim)]);
        Assert.Equal(x[(5 * heads * headDim)..(6 * heads * headDim)], fromStart[(5 * heads * headDim)..(6 * heads * headDim)]);
        Assert.NotEqual(turned, fromStart);
    }

    [Theory]
    [InlineData(new[] { 5 }, new[] { 0 }, "Sequence 0 has 5 rows from position 0,")]
    [InlineData(new[] { 1, 4, 2 }, new[] { 3, 0, 3 }, "Sequence 2 has 2 rows from position 3,")]
    public void SequencesBeyondTheTableAreRefused(int[] lengths, int[] firstPositions, string named)
    {
        using CpuDevice device = new();
        using RotaryTable table = new(device, 4, RotaryFrequencies.Compute(4, 10_000, null));
        TokenIds tokens = new(new int[lengths.Sum()], lengths, firstPositions);
        string message = Assert.Throws<ArgumentException>(() => new SequenceContext(tokens, table)).Message;
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains("4 positions", message, StringComparison.Ordinal);
    }

    private static float[] Values(int count)
    {
        float[] values = new float[count];
        new RandomSequence(5).FillGaussian(values, 1);
        return values;
    }

    private static float[] Run(
        ComputeDevice device, float[] x, int batch, int length, int heads, double[] frequencies, Func<Tensor, SequenceContext, Tensor> function)
    {
        using TensorScope scope = new();
        using RotaryTable table = new(device, length, frequencies);
        SequenceContext context = new(new TokenIds(batch, length, new int[batch * length]), table);
        return function(Tensor.From(device, new Shape(batch * length, heads * 2 * frequencies.Length), x), context).ToArray();
    }

    /// <summary>x turned by the angles, as a complex number x[i] + i·x[i + half] times e^(i·angle).</summary>
    private static float[] Expected(float[] x, int length, int heads, double[] frequencies, int direction)
    {
        int half = frequencies.Length;
        float[] y = new float[x.Length];
        for (int start = 0; start < x.Length; start += 2 * half)
        {
            int position = start / (2 * half * heads) % length;
            for (int i = 0; i < half; i++)
            {
                double angle = direction * (float)(position * (float)frequencies[i]);
                y[start + i] = (float)((x[start + i] * Math.Cos(angle)) - (x[start + half + i] * Math.Sin(angle)));
                y[start + half + i] = (float)((x[start + half + i] * Math.Cos(angle)) + (x[start + i] * Math.Sin(angle)));
            }
        }

        return y;
    }
}
