using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Training;

namespace UsersCode;

/// <summary>A loss of one's own: the squared error of each point.</summary>
/// <param name="model">The model.</param>
public sealed class SquaredError(Regressor model) : ITrainingObjective<Points>
{
    public Model Model => model;

    public IReadOnlyList<Example> ExamplesOf(Points batch) => [.. Enumerable.Range(0, batch.Count).Select(row => new Example(row, 1, Labels: 1))];

    public double[] ForwardBackward(Points batch, TrainingRun run)
    {
        using TensorScope scope = new();
        Tensor x = Tensor.From(model.Device, new Shape(batch.Count, Regressor.Features), batch.Features);
        Tensor y = model.ForwardSaving(x, xActive: false, run.Pass, out ForwardRecord? record);
        float[] errors = [.. y.ToArray().Zip(batch.Targets, (value, target) => value - target)];
        Tensor gradient = Tensor.From(model.Device, y.Shape, [.. errors.Select(error => 2 * error * run.GradientFactor)]);
        run.BeginBackward();
        model.Backward(gradient, record!, out _);
        record!.Release();
        return [.. errors.Select(error => (double)error * error)];
    }
}
