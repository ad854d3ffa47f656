using AdapterToolkit.Models;

namespace AdapterToolkit.Training;

/// <summary>How well a model predicts sequences that it was not trained on.</summary>
public static class HeldOutLoss
{
    /// <summary>The mean next-token loss over all labels that score, in nats; each weighs the same.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="batchSize">How many sequences to run at once.</param>
    /// <exception cref="ArgumentException">No label of the sequences scores.</exception>
    public static double Of(LanguageModel model, IReadOnlyList<TrainingSequence> sequences, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        double sum = 0;
        long scored = 0;
        foreach (TrainingSequence[] chosen in sequences.Where(sequence => sequence.ScoredLabels > 0).Chunk(batchSize))
        {
            TrainingBatch batch = TrainingBatch.Of(chosen);
            sum += model.Loss(batch.Tokens, batch.Labels).Sum;
            scored += batch.ScoredLabels;
        }

        return scored > 0 ? sum / scored : throw new ArgumentException("No label of the sequences scores.", nameof(sequences));
    }
}
