using AdapterToolkit.Formats;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Modules;

/// <summary>The rows of a batch that score a label, and the labels that they score: those of the rows after them.</summary>
/// <param name="rows">The rows.</param>
/// <param name="labels">The label of each.</param>
/// <param name="sequences">The sequence of each.</param>
internal readonly struct ScoringRows(ReadOnlyMemory<int> rows, ReadOnlyMemory<int> labels, ReadOnlyMemory<int> sequences)
{
    internal int Count => rows.Length;

    internal ReadOnlySpan<int> Rows => rows.Span;

    internal ReadOnlySpan<int> Labels => labels.Span;

    internal ReadOnlySpan<int> Sequences => sequences.Span;

    /// <summary>Finds the rows that score: all but the last of each sequence whose next label is not ignored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A label is not in the vocabulary.</exception>
    internal static ScoringRows Of(ReadOnlySpan<int> labels, ReadOnlySpan<Sequence> sequences, int vocabularySize)
    {
        List<int> rows = [], scored = [], owners = [];
        for (int i = 0; i < sequences.Length; i++)
        {
            Sequence sequence = sequences[i];
            for (int row = sequence.FirstRow; row + 1 < sequence.EndRow; row++)
            {
                int label = labels[row + 1];
                if (label == ChatTokens.Ignored)
                    continue;
                if ((uint)label >= (uint)vocabularySize)
                {
                    int position = sequence.FirstPosition + row + 1 - sequence.FirstRow;
                    throw new ArgumentOutOfRangeException(
                        nameof(labels),
                        label,
                        $"Label {label} of sequence {i}, position {position}, is not in the vocabulary of {vocabularySize} tokens, "
                        + $"and is not {ChatTokens.Ignored}.");
                }

                rows.Add(row);
                scored.Add(label);
                owners.Add(i);
            }
        }

        return new ScoringRows(rows.ToArray(), scored.ToArray(), owners.ToArray());
    }

    internal ScoringRows Slice(int first, int count) => new(rows.Slice(first, count), labels.Slice(first, count), sequences.Slice(first, count));
}
