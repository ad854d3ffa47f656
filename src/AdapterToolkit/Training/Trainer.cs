using AdapterToolkit.Models;
using AdapterToolkit.Optimizers;

namespace AdapterToolkit.Training;

/// <summary>
/// The training loop of a language model, which learns to predict each next token.
/// <code>
/// var trainer = new Trainer(model, new AdamW(learningRate: 2e-4f));
/// foreach (TrainingStep step in trainer.Fit(batches))
///     Console.WriteLine($"{step.Number}: {step.Loss:F3}");
/// </code>
/// </summary>
public sealed class Trainer : Trainer<TrainingBatch>
{
    /// <summary>Prepares training.</summary>
    /// <param name="model">The model. What trains is its <see cref="Modules.Model.TrainableParameters"/> at each step.</param>
    /// <param name="optimizer">The optimizer.</param>
    public Trainer(LanguageModel model, IOptimizer optimizer)
        : base(new NextTokenObjective(model), optimizer) => Model = model;

    /// <summary>The model.</summary>
    public new LanguageModel Model { get; }
}
