using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>The next-token loss of some rows.</summary>
/// <param name="Sum">The sum of the rows' losses, in nats.</param>
/// <param name="Count">How many rows there are.</param>
public readonly record struct LossSum(double Sum, int Count)
{
    /// <summary>The mean loss of a row, in nats; not a number where there are no rows.</summary>
    public double Mean => Sum / Count;

    /// <summary>The loss of the rows of both.</summary>
    /// <param name="left">The loss of some rows.</param>
    /// <param name="right">The loss of other rows.</param>
    public static LossSum operator +(LossSum left, LossSum right) => left.Add(right);

    /// <summary>The loss of the rows of both.</summary>
    /// <param name="other">The loss of other rows.</param>
    public LossSum Add(LossSum other) => new(Sum + other.Sum, Count + other.Count);

    /// <summary>The loss of the rows of sequences, summed in the tree of <see cref="SequenceTree{T}"/>.</summary>
    /// <param name="sequences">The summed loss of each sequence.</param>
    /// <param name="count">How many rows they have.</param>
    internal static LossSum OfSequences(ReadOnlySpan<double> sequences, int count)
    {
        SequenceTree<double> tree = new(new SequenceShare(0, sequences.Length, sequences.Length), static (left, right) => left + right);
        for (int i = 0; i < sequences.Length; i++)
            tree.Add(new SequenceRange(i, 1), sequences[i]);
        return new LossSum(tree.Complete() is [var whole] ? whole.Sum : 0, count);
    }
}
