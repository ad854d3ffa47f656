using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>The sequences of a training's pass: those that are learned from, in the order of their rows, of all that its batch holds.</summary>
/// <param name="learned">The sequences that have a loss.</param>
/// <param name="rows">How many rows the batch has, padding included.</param>
/// <param name="count">How many sequences the batch has.</param>
internal sealed class PassSequences(PassSequence[] learned, int rows, int count)
{
    /// <summary>The sequences that have a loss.</summary>
    internal ReadOnlySpan<PassSequence> Learned => learned;

    /// <summary>
    /// The rows of a sequence in a tensor, which has one or several rows for each row of the batch, as those of attention heads, or one for each sequence.
    /// </summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tensorRows">How many rows the tensor has.</param>
    /// <exception cref="InvalidOperationException">The tensor has other rows.</exception>
    internal RowRange RowsOf(PassSequence sequence, int tensorRows)
    {
        if (tensorRows % rows == 0)
        {
            int each = tensorRows / rows;
            return new RowRange(sequence.FirstRow * each, sequence.Rows * each);
        }

        return tensorRows == count
            ? new RowRange(sequence.Place, 1)
            : throw new InvalidOperationException($"A layer that trains has {tensorRows} rows, which can't be told apart by the {count} sequences "
                + $"with {rows} rows of the batch: it needs a whole number of rows for each row, or one for each sequence.");
    }
}
