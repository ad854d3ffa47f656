using System.Diagnostics;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;

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
public sealed class Trainer
{
    /// <summary>Prepares training.</summary>
    /// <param name="model">The model. What trains is its <see cref="LanguageModel.TrainableParameters"/> at each step.</param>
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

    /// <summary>How many steps have been made.</summary>
    public int CompletedSteps { get; internal set; }

    /// <summary>How many batches have been used.</summary>
    public long ConsumedBatches { get; internal set; }

    private IEnumerable<Module> Blocks => Model.Children.Select(child => child.Module).Where(module => module.Children.Any());

    /// <summary>Trains on batches until there are no more.</summary>
    /// <param name="batches">The batches; <see cref="AccumulationSteps"/> of them make a step, the last step may have fewer.</param>
    /// <returns>The steps; each is made when it is asked for.</returns>
    public IEnumerable<TrainingStep> Fit(IEnumerable<TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return batches.Chunk(AccumulationSteps).Select(Step);
    }

    /// <summary>Trains from where the trainer stands until it has made a number of steps.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="steps">How many steps are to be made in all, those before a resumption included.</param>
    /// <returns>The steps; each is made when it is asked for.</returns>
    public IEnumerable<TrainingStep> Fit(ShuffledBatches batches, int steps)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return CompletedSteps >= steps ? [] : Fit(batches.From(ConsumedBatches)).Take(steps - CompletedSteps);
    }

    /// <summary>Makes one step.</summary>
    /// <param name="batches">The batches whose gradients it adds up.</param>
    /// <exception cref="ArgumentException">No label of the batches scores.</exception>
    public TrainingStep Step(IReadOnlyList<TrainingBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        int scored = batches.Sum(batch => batch.ScoredLabels);
        if (scored == 0)
            throw new ArgumentException("No label of the batches scores: nothing in them is to be learned.", nameof(batches));
        using ExclusiveUse.Hold use = Model.Enter();
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Parameter> parameters = Model.TrainableParameters;
        foreach (Parameter parameter in parameters)
            parameter.ClearGradient();
        double loss = 0;
        foreach (TrainingBatch batch in batches.Where(batch => batch.ScoredLabels > 0))
            loss += Model.ForwardBackward(batch.Tokens, batch.Labels, 1f / scored).Sum;

        double norm = GradientNorm.Of(parameters.Select(parameter => parameter.Gradient).OfType<Tensor>());
        float clipping = float.IsPositiveInfinity(MaximumGradientNorm) ? 1 : GradientClipping.Factor((float)norm, MaximumGradientNorm);
        double learningRate = Optimizer.LearningRate * Schedule.Factor(CompletedSteps);
        Optimizer.Step(parameters, learningRate, clipping);
        Model.Device.Synchronize();
        CompletedSteps++;
        ConsumedBatches += batches.Count;
        return new TrainingStep(CompletedSteps, loss / scored, learningRate, norm, batches.Sum(batch => batch.TokenCount), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
