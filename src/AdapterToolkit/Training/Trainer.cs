using System.Diagnostics;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Training;

/// <summary>
/// The training loop: gradients of one or more batches, clipping, an update of the parameters, the next learning rate.
/// With the same seeds and batches it gives the same bits on the same device: on the CPU device that is the same vector width and
/// number of threads (<see cref="CpuDevice.Threads"/>), elsewhere the same GPU and driver.
/// <code>
/// var trainer = new Trainer(model, new AdamW(learningRate: 2e-4f));
/// foreach (TrainingStep step in trainer.Fit(batches))
///     Console.WriteLine($"{step.Number}: {step.Loss:F3}");
/// </code>
/// </summary>
/// <remarks>
/// A step is made whole or not at all: where it throws, because it is cancelled, a batch is refused, memory runs out or the training
/// diverges, parameters, optimizer, <see cref="CompletedSteps"/> and <see cref="ConsumedBatches"/> are bit for bit what they were before it.
/// </remarks>
public sealed class Trainer
{
    private bool _saidDropout;

    /// <summary>Prepares training.</summary>
    /// <param name="model">The model. What trains is its <see cref="Model.TrainableParameters"/> at each step.</param>
    /// <param name="optimizer">The optimizer.</param>
    public Trainer(LanguageModel model, AdamW optimizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        Model = model;
        Optimizer = optimizer;
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The optimizer.</summary>
    public AdamW Optimizer { get; }

    /// <summary>How the learning rate changes; constant by default.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant();

    /// <summary>
    /// How many batches' gradients one step adds up. The sum is that of one batch that holds them all: each label that
    /// scores weighs the same, however many its batch has.
    /// </summary>
    public int AccumulationSteps
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1;

    /// <summary>The global norm that gradients are clipped to; infinite, which clips nothing, by default.</summary>
    public float MaximumGradientNorm
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            if (float.IsNaN(value))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A number greater than zero is needed.");
            field = value;
        }
    } = float.PositiveInfinity;

    /// <summary>
    /// Whether the backward pass runs each block's forward pass once more in place of keeping its activations: gradient
    /// checkpointing. Blocks are the parts of the model that are made of parts themselves.
    /// </summary>
    public bool RecomputesBlocks
    {
        get => Blocks.All(block => block.RecomputesForward);
        init
        {
            foreach (Module block in Blocks)
                block.RecomputesForward = value;
        }
    }

    /// <summary>Receives each step (debug), a resumption (information), and what went wrong (warning, error); nothing by default.</summary>
    public ILogger Logger
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = NullLogger.Instance;

    /// <summary>How many steps have been made.</summary>
    public int CompletedSteps { get; private set; }

    /// <summary>How many batches have been used.</summary>
    public long ConsumedBatches { get; private set; }

    private IEnumerable<Module> Blocks => Model.Children.Select(child => child.Module).Where(module => module.Children.Any());

    /// <summary>Trains on batches until there are no more.</summary>
    /// <param name="batches">The batches; <see cref="AccumulationSteps"/> of them make a step, the last step may have fewer.</param>
    /// <param name="cancellation">Ends the training between two steps, or within one, which is then not made.</param>
    /// <returns>The steps; each is made when it is asked for.</returns>
    /// <exception cref="OperationCanceledException">The training was cancelled. It can go on from where it stands.</exception>
    /// <exception cref="TrainingDivergedException">A step would give numbers that are not finite; it was not made.</exception>
    public IEnumerable<TrainingStep> Fit(IEnumerable<TrainingBatch> batches, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return Steps(batches, cancellation);
    }

    /// <summary>Trains from where the trainer stands, when the first step is asked for, until it has made a number of steps.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="steps">How many steps are to be made in all, those before a resumption included.</param>
    /// <param name="cancellation">Ends the training between two steps, or within one, which is then not made.</param>
    /// <returns>The steps; each is made when it is asked for. There are none where so many have been made.</returns>
    /// <exception cref="OperationCanceledException">The training was cancelled. It can go on from where it stands.</exception>
    /// <exception cref="TrainingDivergedException">A step would give numbers that are not finite; it was not made.</exception>
    public IEnumerable<TrainingStep> Fit(ShuffledBatches batches, int steps, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return StepsUntil(batches, steps, cancellation);
    }

    /// <summary>Makes one step.</summary>
    /// <param name="batches">The batches whose gradients it adds up. Those without a label that scores add nothing.</param>
    /// <param name="cancellation">Looked at before each batch, and before the parameters are updated.</param>
    /// <exception cref="ArgumentException">No label of the batches scores.</exception>
    /// <exception cref="OperationCanceledException">The step was cancelled, and not made.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss or the norm of the gradients is not finite, or a parameter or a moment of it would not be after the update. The step was not made.
    /// </exception>
    public TrainingStep Step(IReadOnlyList<TrainingBatch> batches, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        int number = CompletedSteps + 1;
        WarnOfDropout();
        long scored = batches.Sum(batch => (long)batch.ScoredLabels), tokens = batches.Sum(batch => (long)batch.TokenCount);
        if (tokens > int.MaxValue)
            throw new ArgumentException(
                $"The {batches.Count} batches of step {number} have {tokens} tokens; a step takes {int.MaxValue} at most.", nameof(batches));
        if (scored == 0)
            throw new ArgumentException(
                $"No label of the {batches.Count} batches of step {number} scores: nothing in them is to be learned. "
                    + "Leave out sequences whose ScoredLabels is zero, or use larger batches.",
                nameof(batches));
        using ExclusiveUse.Hold use = Model.Enter();
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Parameter> parameters = Model.TrainableParameters;
        foreach (Parameter parameter in parameters)
            parameter.ClearGradient();
        double loss = 0;
        foreach (TrainingBatch batch in batches.Where(batch => batch.ScoredLabels > 0))
        {
            cancellation.ThrowIfCancellationRequested();
            loss += Model.ForwardBackward(batch.Tokens, batch.Labels, 1f / scored).Sum;
            if (!double.IsFinite(loss))
                throw Diverged(number, "the loss", loss / scored);
        }

        // Moments are made of float32's squares, so that a norm beyond float32 is as good as infinite.
        double norm = GradientNorm.Of(parameters.Select(parameter => parameter.Gradient).OfType<Tensor>());
        if (!float.IsFinite((float)norm))
            throw Diverged(number, "the norm of the gradients", norm);
        cancellation.ThrowIfCancellationRequested();
        float clipping = float.IsPositiveInfinity(MaximumGradientNorm) ? 1 : GradientClipping.Factor((float)norm, MaximumGradientNorm);
        double learningRate = Optimizer.LearningRate * Schedule.Factor(CompletedSteps);
        if (Optimizer.StepIfFinite(parameters, learningRate, clipping, norm) is { } overflow)
            throw Diverged(number, $"a number of '{overflow.Tensor}' after the update, with a learning rate of {learningRate:G4},", overflow.Value);
        Model.Device.Synchronize();
        CompletedSteps++;
        ConsumedBatches += batches.Count;
        TrainingStep step = new(CompletedSteps, loss / scored, learningRate, norm, (int)tokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
        TrainerLog.Step(Logger, step.Number, step.Loss, step.LearningRate, step.GradientNorm, step.Tokens, step.Seconds);
        return step;
    }

    /// <summary>Says once that a setting of the adapter that was loaded is not applied.</summary>
    private void WarnOfDropout()
    {
        if (!_saidDropout && Model.Adapter.Dropout > 0)
            TrainerLog.Dropout(Logger, Model.Adapter.Dropout);
        _saidDropout = true;
    }

    /// <summary>The most batches that so many steps of <see cref="AccumulationSteps"/> take.</summary>
    /// <param name="steps">The steps.</param>
    internal long MostBatchesOf(int steps) => (long)steps * AccumulationSteps;

    /// <summary>Takes up a saved position.</summary>
    /// <param name="completedSteps">How many steps were made.</param>
    /// <param name="consumedBatches">How many batches were used.</param>
    /// <param name="folder">Where it was saved.</param>
    internal void GoOnAfter(int completedSteps, long consumedBatches, string folder)
    {
        CompletedSteps = completedSteps;
        ConsumedBatches = consumedBatches;
        TrainerLog.Resumption(Logger, completedSteps, folder);
    }

    private IEnumerable<TrainingStep> Steps(IEnumerable<TrainingBatch> batches, CancellationToken cancellation)
    {
        foreach (TrainingBatch[] together in batches.Chunk(AccumulationSteps))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Step(together, cancellation);
        }
    }

    private IEnumerable<TrainingStep> StepsUntil(ShuffledBatches batches, int steps, CancellationToken cancellation)
    {
        while (CompletedSteps < steps)
        {
            cancellation.ThrowIfCancellationRequested();
            TrainingBatch[] together = [.. batches.From(ConsumedBatches).Take(AccumulationSteps)];
            yield return Step(together, cancellation);
        }
    }

    private TrainingDivergedException Diverged(int step, string quantity, double value)
    {
        TrainerLog.Divergence(Logger, step, quantity, value);
        return new TrainingDivergedException(step, quantity, value);
    }
}
