using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>Batches of sequences of any lengths without padding: each sequence gives what it gives alone, and what it gives padded.</summary>
public sealed class RaggedBatchTests
{
    private const int PaddingToken = 3;

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    /// <summary>A sequence of one token, one that fills no vector, and one that spans several tiles of every device.</summary>
    private static int[] LengthsOn(string identifier) => identifier == "debug" ? [3, 1, 5] : [37, 1, 70, 6];

    [Theory]
    [MemberData(nameof(All))]
    public void A_sequence_has_the_logits_that_it_has_alone_and_padded(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        TokenIds tokens = Tokens(LengthsOn(identifier));
        float[] logits = model.Logits(tokens), padded = model.Logits(Padded(tokens));
        int vocabulary = model.Head.VocabularySize, longest = tokens.Sequences.ToArray().Max(sequence => sequence.Rows);
        for (int i = 0; i < tokens.Batch; i++)
        {
            Sequence sequence = tokens.Sequences[i];
            float[] own = logits[(sequence.FirstRow * vocabulary)..(sequence.EndRow * vocabulary)];
            AssertSame(identifier, model.Logits(Alone(tokens, sequence)), own, $"sequence {i} alone");
            AssertSame(identifier, padded.AsSpan(i * longest * vocabulary, own.Length).ToArray(), own, $"sequence {i} padded");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Losses_and_gradients_are_the_sums_of_those_of_the_sequences(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        TokenIds tokens = Tokens(LengthsOn(identifier));
        LossSum together = model.ForwardBackward(tokens, tokens.Ids, 1);
        float[][] gradients = TakeGradients(model);
        Assert.Equal(together.Sum, model.Loss(tokens, tokens.Ids).Sum, 1e-6 * together.Sum);

        LossSum sum = default;
        foreach (Sequence sequence in tokens.Sequences)
        {
            TokenIds alone = Alone(tokens, sequence);
            sum += model.ForwardBackward(alone, alone.Ids, 1);
        }

        AssertSame(sum, together, TakeGradients(model), gradients, "the sequences alone");

        TokenIds padded = Padded(tokens);
        LossSum beside = model.ForwardBackward(padded, PaddedLabels(tokens, padded), 1);
        AssertSame(beside, together, TakeGradients(model), gradients, "the padded batch");
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_training_batch_of_any_lengths_trains_as_the_padded_one_does()
    {
        TrainingSequence[] sequences = [new(new[] { 5, 6, 7, 8 }), new(new[] { 9 }), new(new[] { 1, 2, 3 }, new[] { -100, -100, 3 })];
        TrainingBatch padded = TrainingBatch.Of(sequences);
        int[] ids = [.. sequences.SelectMany(sequence => sequence.Ids.ToArray())], labels = [.. sequences.SelectMany(sequence => sequence.Labels.ToArray())];
        TrainingBatch ragged = new(new TokenIds(ids, [4, 1, 3]), labels);
        Assert.Equal((4, 8), (ragged.ScoredLabels, ragged.TokenCount));
        Assert.Equal((padded.ScoredLabels, padded.TokenCount), (ragged.ScoredLabels, ragged.TokenCount));
        string refusal = Assert.Throws<ArgumentException>(() => new TrainingBatch(ragged.Tokens, [1, 2])).Message;
        Assert.Contains("3 sequences with 8 rows", refusal, StringComparison.Ordinal);

        using CpuDevice device = new();
        using LlamaModel model = Load(device);
        LossSum expected = model.ForwardBackward(padded.Tokens, padded.Labels);
        float[][] gradients = TakeGradients(model);
        LossSum actual = model.ForwardBackward(ragged.Tokens, ragged.Labels);
        AssertSame(expected, actual, gradients, TakeGradients(model), "the padded batch");
    }

    /// <summary>Attention sees how far tokens are from each other, not where they are: a shift changes rounding alone.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void A_text_that_starts_later_turns_by_other_angles_and_has_the_same_logits(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LlamaModel model = Load(device);
        TokenIds tokens = Tokens([5, 4]), later = new(tokens.Ids, [5, 4], [0, 9]);
        int vocabulary = model.Head.VocabularySize;
        float[] expected = model.Logits(tokens), actual = model.Logits(later);
        Assert.Equal(expected[..(5 * vocabulary)], actual[..(5 * vocabulary)]);
        Assert.NotEqual(expected[(5 * vocabulary)..], actual[(5 * vocabulary)..]);
        Close.Assert(expected, actual, 1e-4, "logits");
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void A_sequence_beyond_the_models_positions_is_named()
    {
        using CpuDevice device = new();
        using LlamaModel model = Load(device);
        int last = model.MaximumPositions;
        model.CreateContext(new TokenIds(new int[3], [1, 2], [0, last - 2])).Dispose();
        string message = Assert.Throws<ArgumentException>(() => model.CreateContext(new TokenIds(new int[3], [1, 2], [0, last - 1]))).Message;
        Assert.Contains($"Sequence 1 has 2 tokens from position {last - 1}, but the model takes {last} positions", message, StringComparison.Ordinal);
    }

    private static LlamaModel Load(ComputeDevice device)
    {
        LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter"));
        return model;
    }

    private static TokenIds Tokens(int[] lengths) => new([.. Enumerable.Range(0, lengths.Sum()).Select(i => ((i * 37) + 11) % 320)], lengths);

    private static TokenIds Alone(TokenIds tokens, Sequence sequence) => new(tokens.Ids[sequence.FirstRow..sequence.EndRow], [sequence.Rows]);

    private static TokenIds Padded(TokenIds tokens)
    {
        int longest = tokens.Sequences.ToArray().Max(sequence => sequence.Rows);
        int[] ids = [.. Enumerable.Repeat(PaddingToken, tokens.Batch * longest)];
        for (int i = 0; i < tokens.Batch; i++)
            tokens.Ids[tokens.Sequences[i].FirstRow..tokens.Sequences[i].EndRow].CopyTo(ids.AsSpan(i * longest));
        return new TokenIds(tokens.Batch, longest, ids, [.. tokens.Sequences.ToArray().Select(sequence => sequence.Length)]);
    }

    private static int[] PaddedLabels(TokenIds tokens, TokenIds padded)
    {
        int[] labels = [.. Enumerable.Repeat(-100, padded.Rows)];
        for (int i = 0; i < tokens.Batch; i++)
            tokens.Ids[tokens.Sequences[i].FirstRow..tokens.Sequences[i].EndRow].CopyTo(labels.AsSpan(padded.Sequences[i].FirstRow));
        return labels;
    }

    private static float[][] TakeGradients(LlamaModel model)
    {
        float[][] gradients = [.. model.TrainableParameters.Select(parameter => parameter.Gradient!.ToArray())];
        foreach (Parameter parameter in model.TrainableParameters)
            parameter.ClearGradient();
        return gradients;
    }

    private static void AssertSame(string identifier, float[] expected, float[] actual, string what)
    {
        if (identifier == "cpu")
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"The logits of {what} differ.");
        else
            Close.Assert(expected, actual, 1e-5, $"logits of {what}");
    }

    private static void AssertSame(LossSum expected, LossSum actual, float[][] expectedGradients, float[][] actualGradients, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Sum, actual.Sum, 1e-6 * expected.Sum);
        Assert.NotEmpty(expectedGradients);
        foreach ((float[] one, float[] other) in expectedGradients.Zip(actualGradients))
            Close.Assert(one, other, 1e-5, $"gradients of {what}");
    }
}
