using AdapterToolkit.Optimizers;
using AdapterToolkit.Training;

namespace UsersCode;

/// <summary>Batches of points of a plane, each of which follows from its number.</summary>
/// <param name="size">How many points a batch has.</param>
public sealed class PointBatches(int size) : ITrainingBatches<Points>
{
    public IReadOnlyList<TrainingSetting> Settings => [new("batchSize", size), new("data", "a plane")];

    public long LastNumber => int.MaxValue;

    public Points Batch(long number)
    {
        float[] features = [.. Enumerable.Range(0, size * Regressor.Features).Select(i => MathF.Sin((number * 31) + (i * 1.7f)))];
        return new Points(features, [.. features.Chunk(Regressor.Features).Select(point => (2 * point[0]) - point[1] + 0.5f)]);
    }
}
