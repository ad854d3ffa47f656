using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Training;

/// <summary>Sequences that a model sees at once.</summary>
public sealed class TrainingBatch
{
    private readonly int[] _labels;

    /// <summary>Makes a batch.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">A label for each token, padding included: its id where it is learned, else -100. They are not shifted.</param>
    /// <exception cref="ArgumentException">There are more or fewer labels than tokens.</exception>
    public TrainingBatch(TokenIds tokens, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (labels.Length != tokens.Rows)
        {
            throw new ArgumentException(
                $"A batch of {tokens.Batch} sequences with {tokens.Rows} rows needs as many labels, but {labels.Length} were given.", nameof(labels));
        }

        Tokens = tokens;
        _labels = labels.ToArray();
        Example[] examples = new Example[tokens.Batch];
        for (int i = 0; i < examples.Length; i++)
        {
            Sequence sequence = tokens.Sequences[i];
            ReadOnlySpan<int> afterFirst = _labels.AsSpan(sequence.FirstRow + 1, sequence.Rows - 1);
            int scored = afterFirst.Length - afterFirst.Count(ChatTokens.Ignored), rows = RowsOfLoss(sequence, _labels);
            examples[i] = new Example(sequence.FirstRow, rows, scored) { Padding = sequence.Rows - rows };
            ScoredLabels += scored;
        }

        Examples = examples;
    }

    /// <summary>The tokens.</summary>
    public TokenIds Tokens { get; }

    /// <summary>The sequences, as a training takes them.</summary>
    internal IReadOnlyList<Example> Examples { get; }

    /// <summary>A label for each token.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>How many labels score: those of learned tokens that have a token before them. The mean loss divides by it.</summary>
    public int ScoredLabels { get; }

    /// <summary>How many tokens the model reads, padding not counted.</summary>
    public int TokenCount
    {
        get
        {
            int count = 0;
            foreach (Sequence sequence in Tokens.Sequences)
                count += sequence.Length;
            return count;
        }
    }

    /// <summary>Puts sequences side by side; shorter ones are padded on the right to the longest one's length.</summary>
    /// <param name="sequences">The sequences; at least one, none of them empty.</param>
    /// <param name="paddingToken">A token of the vocabulary for the padding, which nothing attends to.</param>
    /// <exception cref="ArgumentException">The sequences take more tokens than an array can hold.</exception>
    public static TrainingBatch Of(IReadOnlyList<TrainingSequence> sequences, int paddingToken = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Count, nameof(sequences));
        int length = sequences.Max(sequence => sequence.Ids.Length);
        if ((long)sequences.Count * length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"A batch of {sequences.Count} sequences of {length} tokens has more tokens than {Array.MaxLength}. "
                + "Use smaller batches or shorter sequences.",
                nameof(sequences));
        }

        int[] ids = new int[sequences.Count * length];
        int[] labels = new int[ids.Length];
        int[] lengths = new int[sequences.Count];
        Array.Fill(ids, paddingToken);
        Array.Fill(labels, ChatTokens.Ignored);
        for (int i = 0; i < sequences.Count; i++)
        {
            sequences[i].Ids.CopyTo(ids.AsMemory(i * length));
            sequences[i].Labels.CopyTo(labels.AsMemory(i * length));
            lengths[i] = sequences[i].Ids.Length;
        }

        return new TrainingBatch(new TokenIds(sequences.Count, length, ids, lengths), labels);
    }

    /// <summary>How many of a sequence's rows are no padding, or have a label all the same.</summary>
    private static int RowsOfLoss(Sequence sequence, ReadOnlySpan<int> labels)
    {
        int last = labels.Slice(sequence.FirstRow, sequence.Rows).LastIndexOfAnyExcept(ChatTokens.Ignored);
        return Math.Max(sequence.Length, last);
    }
}
