using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Training;

public sealed class TrainingDataTests
{
    [Fact]
    public void A_stream_has_the_separator_before_each_text() =>
        Assert.Equal([0, 5, 6, 0, 7], TokenStream.Join([[5, 6], [7]], separator: 0));

    [Theory]
    [InlineData(255, 128, new[] { 128, 127 })]
    [InlineData(256, 128, new[] { 128, 128 })]
    [InlineData(258, 128, new[] { 128, 128, 2 })]
    [InlineData(257, 128, new[] { 128, 127, 2 })]
    [InlineData(7, 3, new[] { 3, 2, 2 })]
    [InlineData(4, 3, new[] { 2, 2 })]
    [InlineData(6, 2, new[] { 2, 2, 2 })]
    [InlineData(5, 8, new[] { 5 })]
    [InlineData(9, 8, new[] { 7, 2 })]
    public void Windows_hold_the_whole_stream_and_each_can_be_learned(int tokens, int length, int[] lengths)
    {
        int[] stream = [.. Enumerable.Range(1, tokens)];

        IReadOnlyList<TrainingSequence> windows = TokenStream.Windows(stream, length);

        Assert.Equal(lengths, windows.Select(window => window.Ids.Length));
        Assert.Equal(stream, windows.SelectMany(window => window.Ids.ToArray()));
        Assert.Equal(stream, windows.SelectMany(window => window.Labels.ToArray()));
        Assert.All(windows, window => Assert.True(window.ScoredLabels > 0));
    }

    [Fact]
    public void In_windows_of_two_tokens_the_last_one_reads_one_token_again() =>
        Assert.Equal([[1, 2], [3, 4], [4, 5]], TokenStream.Windows([1, 2, 3, 4, 5], length: 2).Select(window => window.Ids.ToArray()));

    [Fact]
    public void All_tokens_of_texts_train_and_empty_texts_are_counted()
    {
        TrainingData data = TrainingData.OfTexts([[5, 6], [], [7, 8, 9]], separator: 0, length: 3);

        Assert.Equal([0, 5, 6, 0, 7, 8, 9], data.Sequences.SelectMany(sequence => sequence.Ids.ToArray()));
        Assert.Equal((3, 1, 7L), (data.Texts, data.TextsLeftOut, data.Tokens));
        Assert.Equal(6, data.And(data).Texts);
        Assert.Equal(2, data.And(data).TextsLeftOut);
        Assert.Equal(14, data.And(data).Tokens);
    }

    [Fact]
    public void A_stream_shorter_than_a_window_is_one_window() =>
        Assert.Equal([1, 2], Assert.Single(TokenStream.Windows([1, 2], length: 8)).Ids.ToArray());

    [Fact]
    public void One_token_is_nothing_to_learn() => Assert.Empty(TokenStream.Windows([1], length: 8));

    [Fact]
    public void A_batch_pads_on_the_right_and_scores_no_padding()
    {
        TrainingBatch batch = TrainingBatch.Of(
        [
            new TrainingSequence(new[] { 1, 2, 3 }),
            new TrainingSequence(new[] { 4, 5, 6, 7, 8 }, new[] { ChatTokens.Ignored, ChatTokens.Ignored, 6, 7, ChatTokens.Ignored }),
        ]);

        Assert.Equal([1, 2, 3, 0, 0, 4, 5, 6, 7, 8], batch.Tokens.Ids.ToArray());
        Assert.Equal([1, 2, 3, -100, -100, -100, -100, 6, 7, -100], batch.Labels.ToArray());
        Assert.Equal([3, 5], batch.Tokens.Sequences.ToArray().Select(sequence => sequence.Length));
        Assert.Equal(2 + 2, batch.ScoredLabels);
        Assert.Equal(3 + 5, batch.TokenCount);
    }

    [Fact]
    public void A_first_token_scores_nothing_even_where_it_has_a_label() =>
        Assert.Equal(0, new TrainingSequence(new[] { 3, 4 }, new[] { 3, ChatTokens.Ignored }).ScoredLabels);

    [Fact]
    public void Each_epoch_holds_each_sequence_once_in_an_order_of_its_own()
    {
        ShuffledBatches batches = BatchesOf(sequences: 12, batchSize: 4, seed: 1);

        int[][] epochs = [.. Enumerable.Range(0, 3).Select(epoch => FirstTokens(batches, epoch * 3, 3))];

        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 12), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
    }

    [Fact]
    public void A_batch_goes_on_with_the_next_epoch_where_one_ends()
    {
        ShuffledBatches batches = BatchesOf(sequences: 5, batchSize: 3, seed: 1);

        int[] tokens = FirstTokens(batches, 0, 5);

        Assert.Equal(Enumerable.Range(0, 5), tokens[..5].Order());
        Assert.Equal(Enumerable.Range(0, 5), tokens[5..10].Order());
    }

    [Fact]
    public void A_batch_follows_from_seed_and_number_alone()
    {
        int[] straight = FirstTokens(BatchesOf(9, 2, seed: 7), 0, 20);

        int[] later = FirstTokens(BatchesOf(9, 2, seed: 7), 13, 7);

        Assert.Equal(straight[26..], later);
        Assert.NotEqual(straight, FirstTokens(BatchesOf(9, 2, seed: 8), 0, 20));
    }

    [Fact]
    public void The_order_is_the_same_in_every_version() =>
        Assert.Equal(KnownOrder, FirstTokens(BatchesOf(sequences: 8, batchSize: 8, seed: 0), 0, 1));

    private static int[] KnownOrder => [3, 0, 6, 1, 2, 7, 5, 4];

    private static ShuffledBatches BatchesOf(int sequences, int batchSize, int seed) =>
        new([.. Enumerable.Range(0, sequences).Select(i => new TrainingSequence(new[] { i, i }))], batchSize, seed);

    private static int[] FirstTokens(ShuffledBatches batches, int from, int count) =>
        [.. batches.From(from).Take(count).SelectMany(batch => batch.Tokens.Ids.ToArray().Where((_, index) => index % 2 == 0))];
}
