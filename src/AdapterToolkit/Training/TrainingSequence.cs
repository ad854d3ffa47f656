using AdapterToolkit.Formats;

namespace AdapterToolkit.Training;

/// <summary>A sequence of tokens to learn.</summary>
public sealed record TrainingSequence
{
    /// <summary>Makes a sequence of which some tokens are learned.</summary>
    /// <param name="ids">The token ids.</param>
    /// <param name="labels">For each token its id where it is to be learned, -100 where it is only read. They are not shifted.</param>
    /// <exception cref="ArgumentException">There are more or fewer labels than tokens.</exception>
    public TrainingSequence(ReadOnlyMemory<int> ids, ReadOnlyMemory<int> labels)
    {
        if (ids.Length != labels.Length)
            throw new ArgumentException($"A sequence of {ids.Length} tokens needs as many labels, but {labels.Length} were given.", nameof(labels));
        Ids = ids;
        Labels = labels;
    }

    /// <summary>Makes a sequence of which every token is learned.</summary>
    /// <param name="ids">The token ids.</param>
    public TrainingSequence(ReadOnlyMemory<int> ids)
        : this(ids, ids)
    {
    }

    /// <summary>The token ids.</summary>
    public ReadOnlyMemory<int> Ids { get; }

    /// <summary>For each token its id where it is learned, else -100.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>How many labels score: those of all tokens but the first, which nothing predicts.</summary>
    public int ScoredLabels
    {
        get
        {
            int scored = 0;
            for (int i = 1; i < Labels.Length; i++)
            {
                if (Labels.Span[i] != ChatTokens.Ignored)
                    scored++;
            }

            return scored;
        }
    }

    /// <summary>The sequence's beginning.</summary>
    /// <param name="length">How many tokens to keep at most.</param>
    public TrainingSequence Truncate(int length) =>
        Ids.Length <= length ? this : new TrainingSequence(Ids[..length], Labels[..length]);
}
