using AdapterToolkit.Operators;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>Batches of sequences: which rows each has, and which numbers are refused.</summary>
[Trait("Device", "cpu")]
public sealed class TokenIdsTests
{
    [Fact]
    public void PaddedSequencesHaveAsManyRowsEach()
    {
        TokenIds tokens = new(2, 3, [1, 2, 3, 4, 0, 0], [3, 1], [0, 7]);
        Assert.Equal((2, 6), (tokens.Batch, tokens.Rows));
        Assert.Equal([(0, 3, 3, 0), (3, 3, 1, 7)], Rows(tokens));
        Assert.Equal([(0, 3, 3, 0), (3, 3, 3, 0)], Rows(new TokenIds(2, 3, new int[6])));
    }

    [Fact]
    public void SequencesOfAnyLengthsFollowEachOther()
    {
        TokenIds tokens = new([1, 2, 3, 4, 5, 6], [3, 1, 2], [0, 7, 2]);
        Assert.Equal((3, 6), (tokens.Batch, tokens.Rows));
        Assert.Equal([1, 2, 3, 4, 5, 6], tokens.Ids.ToArray());
        Assert.Equal([(0, 3, 3, 0), (3, 1, 1, 7), (4, 2, 2, 2)], Rows(tokens));
        Assert.Equal((6, 4), (tokens.Sequences[2].EndRow, tokens.Sequences[2].EndPosition));
    }

    [Theory]
    [InlineData(new int[0], "no length")]
    [InlineData(new[] { 2, 0, 2 }, "Sequence 1 has 0 tokens")]
    [InlineData(new[] { 2, -1, 3 }, "Sequence 1 has -1 tokens")]
    [InlineData(new[] { 2, 1 }, "3 tokens, but 4 ids")]
    [InlineData(new[] { 2, 3 }, "Sequence 1 has 3 tokens from row 2, but the batch has 4 ids")]
    [InlineData(new[] { int.MaxValue, int.MaxValue }, "Sequence 0 has 2147483647 tokens from row 0")]
    public void LengthsThatDoNotFitAreNamed(int[] lengths, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => new TokenIds(new int[4], lengths)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(new[] { 0 }, "2 sequences needs as many first positions, but 1")]
    [InlineData(new[] { 0, -1 }, "Sequence 1 of 2 rows can't start at position -1")]
    [InlineData(new[] { int.MaxValue, 0 }, "Sequence 0 of 2 rows can't start at position 2147483647")]
    public void PositionsThatDoNotFitAreNamed(int[] positions, string named)
    {
        string ragged = Assert.Throws<ArgumentException>(() => new TokenIds(new int[4], [2, 2], positions)).Message;
        string padded = Assert.Throws<ArgumentException>(() => new TokenIds(2, 2, new int[4], firstPositions: positions)).Message;
        Assert.Contains(named, ragged, StringComparison.Ordinal);
        Assert.Contains(named, padded, StringComparison.Ordinal);
    }

    [Fact]
    public void PaddingThatDoesNotFitIsNamed()
    {
        Assert.Contains("Sequence 1", Assert.Throws<ArgumentException>(() => new TokenIds(2, 2, new int[4], [1, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("Sequence 0", Assert.Throws<ArgumentException>(() => new TokenIds(2, 2, new int[4], [-1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TokenIds(2, 2, new int[4], [2]));
        Assert.Throws<ArgumentException>(() => new TokenIds(2, 2, new int[3]));
    }

    private static (int FirstRow, int Rows, int Length, int FirstPosition)[] Rows(TokenIds tokens) =>
        [.. tokens.Sequences.ToArray().Select(sequence => (sequence.FirstRow, sequence.Rows, sequence.Length, sequence.FirstPosition))];
}
