using AdapterToolkit.Optimizers;

namespace AdapterToolkit.Training;

/// <summary>An endless row of batches, each of which follows from its number alone, so that a training can stop and go on anywhere.</summary>
/// <typeparam name="TBatch">What the model sees at once.</typeparam>
public interface ITrainingBatches<out TBatch>
{
    /// <summary>What the batches depend on: a checkpoint goes on with the same settings only. One of them tells the data apart from others.</summary>
    IReadOnlyList<TrainingSetting> Settings { get; }

    /// <summary>The last number that there is a batch of.</summary>
    long LastNumber { get; }

    /// <summary>Makes the batch of a number.</summary>
    /// <param name="number">Counted from zero.</param>
    TBatch Batch(long number);
}
