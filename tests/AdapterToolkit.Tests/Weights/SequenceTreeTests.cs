using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Weights;

/// <summary>The tree in which sums over sequences run: brackets show which were added first.</summary>
public sealed class SequenceTreeTests
{
    [Theory]
    [InlineData(1, "0")]
    [InlineData(2, "(0+1)")]
    [InlineData(3, "((0+1)+2)")]
    [InlineData(6, "(((0+1)+(2+3))+(4+5))")]
    [InlineData(7, "(((0+1)+(2+3))+((4+5)+6))")]
    public void Halves_are_added_as_soon_as_they_are_whole(int count, string expected)
    {
        SequenceTree<string> tree = Tree(new SequenceShare(0, count, count), Enumerable.Range(0, count), out int most);
        Assert.Equal(expected, Assert.Single(tree.Complete()).Sum);
        Assert.True(most <= Math.Log2(count) + 1, $"{most} sums at once");
    }

    [Fact]
    public void A_sequence_without_contribution_changes_no_other_ones_place()
    {
        SequenceTree<string> tree = Tree(new SequenceShare(0, 8, 8), [1, 4, 7], out _);
        Assert.Equal("(1+(4+7))", Assert.Single(tree.Complete()).Sum);
        Assert.Empty(Tree(new SequenceShare(0, 8, 8), [], out _).Complete());
    }

    [Fact]
    public void Shares_leave_sums_that_add_up_to_the_same()
    {
        for (int total = 1; total < 20; total++)
        {
            string whole = Assert.Single(Tree(new SequenceShare(0, total, total), Enumerable.Range(0, total), out _).Complete()).Sum;
            for (int first = 0; first <= total; first++)
            {
                SequenceShare left = new(0, first, total), right = new(first, total - first, total);
                SequenceTree<string> joined = new(new SequenceShare(0, total, total), Add);
                foreach (PartialSum<string> sum in Tree(left, Enumerable.Range(0, first), out _).Complete()
                    .Concat(Tree(right, Enumerable.Range(first, total - first), out _).Complete()))
                    joined.Add(sum.Range, sum.Sum);
                Assert.Equal(whole, Assert.Single(joined.Complete()).Sum);
            }
        }
    }

    [Fact]
    public void A_contribution_out_of_place_is_refused()
    {
        SequenceTree<string> tree = new(new SequenceShare(2, 4, 8), Add);
        tree.Add(new SequenceRange(3, 1), "3");
        Assert.Throws<ArgumentException>(() => tree.Add(new SequenceRange(3, 1), "3"));
        Assert.Throws<ArgumentException>(() => tree.Add(new SequenceRange(6, 1), "6"));
        Assert.Throws<ArgumentException>(() => new SequenceTree<string>(new SequenceShare(2, 4, 8), Add).Add(new SequenceRange(1, 1), "1"));
    }

    private static SequenceTree<string> Tree(SequenceShare share, IEnumerable<int> sequences, out int most)
    {
        SequenceTree<string> tree = new(share, Add);
        most = 0;
        foreach (int sequence in sequences)
        {
            tree.Add(new SequenceRange(sequence, 1), $"{sequence}");
            most = Math.Max(most, tree.Sums.Count);
        }

        return tree;
    }

    private static string Add(string left, string right) => $"({left}+{right})";
}
