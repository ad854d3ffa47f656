using AdapterToolkit.Modules;

namespace AdapterToolkit.Training;

/// <summary>
/// What a model is trained for: a loss of one's own. With a model whose <c>Forward</c> takes rows of features,
/// <code>
/// sealed class SquaredError(Regressor model) : ITrainingObjective&lt;Points&gt;
/// {
///     public Model Model => model;
///
///     public IReadOnlyList&lt;Example&gt; ExamplesOf(Points batch) => [.. Enumerable.Range(0, batch.Count).Select(row => new Example(row, 1, Labels: 1))];
///
///     public double[] ForwardBackward(Points batch, TrainingRun run)
///     {
///         using var scope = new TensorScope();
///         Tensor y = model.ForwardSaving(batch.Features(model.Device), xActive: false, run.Pass, out ForwardRecord? record);
///         float[] errors = [.. y.ToArray().Zip(batch.Targets, (value, target) => value - target)];
///         run.BeginBackward();
///         model.Backward(Tensor.From(model.Device, y.Shape, [.. errors.Select(error => 2 * error * run.GradientFactor)]), record!, out _);
///         record!.Release();
///         return [.. errors.Select(error => (double)error * error)];
///     }
/// }
///
/// var trainer = new Trainer&lt;Points&gt;(new SquaredError(model), new AdamW());
/// </code>
/// </summary>
/// <typeparam name="TBatch">What the model sees at once.</typeparam>
public interface ITrainingObjective<in TBatch>
{
    /// <summary>The model. What trains is its <see cref="Model.TrainableParameters"/>.</summary>
    Model Model { get; }

    /// <summary>The examples of a batch, in the order of their rows. They do not depend on the model's weights.</summary>
    /// <param name="batch">The batch.</param>
    IReadOnlyList<Example> ExamplesOf(TBatch batch);

    /// <summary>
    /// Runs the model forward and backward, so that the gradients of the summed loss, times <see cref="TrainingRun.GradientFactor"/>, are added to its
    /// parameters'. The loss of an example depends on its own rows alone.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="run">What <c>ForwardSaving</c> is given.</param>
    /// <returns>The summed loss of each example, over its labels.</returns>
    double[] ForwardBackward(TBatch batch, TrainingRun run);
}
