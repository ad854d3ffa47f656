using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Modules;

public class LanguageModelHeadTests
{
    private const int Hidden = 5, Vocabulary = 37, Batch = 2, Length = 4;

    private static readonly int[] s_labels = [1, 36, -100, 4, 9, 0, 7, -100];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Gives_the_loss_of_the_next_label_and_its_gradient(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        (LanguageModelHead head, float[] weight) = NewHead(device, Hidden, Vocabulary);
        float[] hidden = Numbers(Batch * Length * Hidden, seed: 2, deviation: 1);
        Tensor states = Tensor.From(device, new Shape(Batch, Length, Hidden), hidden);
        LossSum loss = head.LossSaving(states, s_labels, Sequences(Batch, Length), 0, out Tensor? gradient);

        // Of the six rows with a next label, one is ignored.
        Assert.Equal(4, loss.Count);
        Close.Assert([(float)Reference(hidden, weight)], [(float)loss.Mean], 1e-5, "loss");
        Assert.Equal(loss, head.Loss(states, s_labels, Sequences(Batch, Length)));
        FiniteDifferences.Assert(moved => Reference(moved, weight), hidden, gradient!.ToArray(), "gradient of the hidden states", step: 1e-3f, tolerance: 1e-3);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_factor_multiplies_the_gradient_of_the_sum()
    {
        using CpuDevice device = new();
        (LanguageModelHead head, _) = NewHead(device, Hidden, Vocabulary);
        Tensor states = Tensor.From(device, new Shape(Batch, Length, Hidden), Numbers(Batch * Length * Hidden, seed: 2, deviation: 1));
        LossSum loss = head.LossSaving(states, s_labels, Sequences(Batch, Length), 0, out Tensor? mean);
        head.LossSaving(states, s_labels, Sequences(Batch, Length), 2, out Tensor? twiceTheSum);
        Close.Assert([.. mean!.ToArray().Select(value => value * 2 * loss.Count)], twiceTheSum!.ToArray(), 1e-5, "gradient");
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Rows_without_labels_have_no_loss_and_no_gradient()
    {
        using CpuDevice device = new();
        (LanguageModelHead head, _) = NewHead(device, Hidden, Vocabulary);
        Tensor states = Tensor.From(device, new Shape(Batch, Length, Hidden), Numbers(Batch * Length * Hidden, seed: 2, deviation: 1));
        int[] ignored = [.. Enumerable.Repeat(-100, Batch * Length)];
        Assert.Equal(0, head.LossSaving(states, ignored, Sequences(Batch, Length), 0, out Tensor? none).Count);
        Assert.Null(none);
        head.LossSaving(states, s_labels, Sequences(Batch, Length), 0, out Tensor? gradient);
        float[] values = gradient!.ToArray();
        Assert.All(values[(1 * Hidden)..(2 * Hidden)], value => Assert.Equal(0, value));
        Assert.All(values[(3 * Hidden)..(4 * Hidden)], value => Assert.Equal(0, value));
        Assert.Contains(values[..Hidden], value => value != 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Device", "cpu")]
    public void Holds_no_more_than_an_eighth_of_the_logits_at_once(bool wantsGradient)
    {
        const int hiddenSize = 4, vocabulary = 5000, batch = 2, length = 64;
        using CpuDevice device = new();
        (LanguageModelHead head, _) = NewHead(device, hiddenSize, vocabulary);
        int[] labels = [.. Enumerable.Range(0, batch * length)];
        Tensor states = Tensor.From(device, new Shape(batch, length, hiddenSize), Numbers(batch * length * hiddenSize, seed: 3, deviation: 1));
        long before = device.HeldBytes;
        device.ResetPeak();
        if (wantsGradient)
            head.LossSaving(states, labels, Sequences(batch, length), 0, out _);
        else
            head.Loss(states, labels, Sequences(batch, length));
        long logits = (long)batch * length * vocabulary * sizeof(float);
        long others = 4 * batch * length * hiddenSize * sizeof(float);
        Assert.InRange(device.PeakHeldBytes - before, logits / 16, (logits / 8 * 9 / 8) + others);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_label_outside_the_vocabulary_is_an_error_that_says_where()
    {
        using CpuDevice device = new();
        (LanguageModelHead head, _) = NewHead(device, Hidden, Vocabulary);
        Tensor states = Tensor.Zeros(device, new Shape(1, 3, Hidden));
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => head.Loss(states, [0, 1, Vocabulary], Sequences(1, 3)));
        Assert.Contains("position 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => head.Loss(states, [0, 1], Sequences(1, 3)));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void The_last_row_of_each_sequence_scores_nothing_however_long_the_sequences_are(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        (LanguageModelHead head, _) = NewHead(device, Hidden, Vocabulary);
        int[] labels = [3, 1, 36, 4, 9, 0];
        float[] hidden = Numbers(labels.Length * Hidden, seed: 2, deviation: 1);
        TokenIds tokens = new(labels, [3, 1, 2]);
        LossSum loss = head.LossSaving(Tensor.From(device, new Shape(labels.Length, Hidden), hidden), labels, tokens.Sequences, 1, out Tensor? gradient);

        LossSum alone = default;
        float[] gradients = [];
        foreach (Sequence sequence in tokens.Sequences)
        {
            ReadOnlySpan<int> own = labels.AsSpan(sequence.FirstRow, sequence.Rows);
            Tensor states = Tensor.From(device, new Shape(sequence.Rows, Hidden), hidden.AsSpan(sequence.FirstRow * Hidden, sequence.Rows * Hidden));
            alone += head.LossSaving(states, own, Sequences(1, sequence.Rows), 1, out Tensor? part);
            gradients = [.. gradients, .. part?.ToArray() ?? new float[Hidden]];
        }

        Assert.Equal(3, loss.Count);
        Assert.Equal(alone.Sum, loss.Sum, 1e-5);
        Close.Assert(gradients, gradient!.ToArray(), 1e-6, "gradient of the hidden states");
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_refused_label_is_named_by_its_position_in_its_own_text()
    {
        using CpuDevice device = new();
        (LanguageModelHead head, _) = NewHead(device, Hidden, Vocabulary);
        Tensor states = Tensor.Zeros(device, new Shape(5, Hidden));
        TokenIds tokens = new(new int[5], [2, 3], [0, 10]);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => head.Loss(states, [0, 1, 2, -7, 0], tokens.Sequences));
        Assert.Contains("Label -7 of sequence 1, position 11,", error.Message, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<Sequence> Sequences(int batch, int length) => new TokenIds(batch, length, new int[batch * length]).Sequences;

    private static (LanguageModelHead Head, float[] Weight) NewHead(ComputeDevice device, int hiddenSize, int vocabulary)
    {
        LanguageModelHead head = new(hiddenSize, vocabulary);
        float[] weight = Numbers(vocabulary * hiddenSize, seed: 1, deviation: 1);
        head.FrozenWeights.Single().Load(device, weight);
        return (head, weight);
    }

    private static float[] Numbers(int count, ulong seed, double deviation)
    {
        float[] values = new float[count];
        new RandomSequence(seed).FillGaussian(values, deviation);
        return values;
    }

    /// <summary>The mean over the scoring rows of log Σ eˡ - l[label], in double precision.</summary>
    private static double Reference(float[] hidden, float[] weight)
    {
        double sum = 0;
        int count = 0;
        for (int row = 0; row < Batch * Length; row++)
        {
            if (row % Length == Length - 1 || s_labels[row + 1] == -100)
                continue;
            double[] logits = [.. Enumerable.Range(0, Vocabulary)
                .Select(token => Enumerable.Range(0, Hidden).Sum(i => (double)hidden[(row * Hidden) + i] * weight[(token * Hidden) + i]))];
            sum += Math.Log(logits.Sum(Math.Exp)) - logits[s_labels[row + 1]];
            count++;
        }

        return sum / count;
    }
}
