using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Training;

/// <summary>To predict each next token: what a language model is trained for.</summary>
/// <param name="model">The model.</param>
public sealed class NextTokenObjective(LanguageModel model) : ITrainingObjective<TrainingBatch>
{
    /// <inheritdoc/>
    public Model Model { get; } = model ?? throw new ArgumentNullException(nameof(model));

    /// <inheritdoc/>
    public IReadOnlyList<Example> ExamplesOf(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Examples;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Nothing of the model trains.</exception>
    public double[] ForwardBackward(TrainingBatch batch, TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(run);
        double[] losses = new double[batch.Tokens.Batch];
        Scoring.Run(model, batch.Tokens, batch.Labels, run.GradientFactor, losses, run);
        return losses;
    }
}
