using System.Diagnostics;
using System.Runtime.CompilerServices;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Training;

/// <summary>
/// The training loop: gradients of one or more batches, clipping, an update of the parameters, the next learning rate; for a model with a loss of one's own
/// (<see cref="ITrainingObjective{TBatch}"/>). That of language models is <see cref="Trainer"/>.
/// </summary>
/// <remarks>
/// Gradients and losses are made for each example by itself and summed in a fixed tree over the examples of a step (<see cref="SequenceTree{T}"/>), however
/// they are spread over batches and processes. With the same seeds and examples a training gives the same bits on the same device: on the CPU device that is
/// the same vector width and number of threads (<see cref="CpuDevice.Threads"/>), elsewhere the same GPU and driver. A step is made whole or not at all: where
/// it throws, because it is cancelled, a batch is refused, memory runs out or the training diverges, parameters, optimizer, <see cref="CompletedSteps"/> and
/// <see cref="ConsumedBatches"/> are bit for bit what they were before it.
/// </remarks>
/// <typeparam name="TBatch">What the model sees at once.</typeparam>
public class Trainer<TBatch>
{
    private bool _saidDropout;

    /// <summary>Prepares training.</summary>
    /// <param name="objective">What the model is trained for. What trains is its <see cref="Model.TrainableParameters"/> at each step.</param>
    /// <param name="optimizer">The optimizer.</param>
    public Trainer(ITrainingObjective<TBatch> objective, IOptimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(optimizer);
        Objective = objective;
        Optimizer = optimizer;
    }

    /// <summary>What the model is trained for.</summary>
    public ITrainingObjective<TBatch> Objective { get; }

    /// <summary>The model.</summary>
    public Model Model => Objective.Model;

    /// <summary>The optimizer.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>Sums what several processes contribute to a step; this one trains by itself by default.</summary>
    public IGradientExchange Exchange
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = new LocalExchange();

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
    public IEnumerable<TrainingStep> Fit(IEnumerable<TBatch> batches, CancellationToken cancellation = default)
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
    public IEnumerable<TrainingStep> Fit(ITrainingBatches<TBatch> batches, int steps, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return StepsUntil(batches, steps, cancellation);
    }

    /// <summary><see cref="Fit(IEnumerable{TBatch}, CancellationToken)"/>, with the work done on a thread of the pool, one step at a time.</summary>
    /// <code>
    /// await foreach (TrainingStep step in trainer.FitAsync(batches, cancellation))
    ///     Console.WriteLine($"{step.Number}: {step.Loss:F3}");
    /// </code>
    /// <param name="batches">The batches; they are taken on the thread of the pool.</param>
    /// <param name="cancellation">Ends the training between two steps, or within one, which is then not made.</param>
    /// <returns>The steps; each is made when it is asked for.</returns>
    /// <exception cref="OperationCanceledException">The training was cancelled. It can go on from where it stands.</exception>
    /// <exception cref="TrainingDivergedException">A step would give numbers that are not finite; it was not made.</exception>
    public IAsyncEnumerable<TrainingStep> FitAsync(IEnumerable<TBatch> batches, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return OffThread(token => Steps(batches, token), cancellation);
    }

    /// <summary>
    /// <see cref="Fit(ITrainingBatches{TBatch}, int, CancellationToken)"/>, with the work done on a thread of the pool, one step at a time.
    /// </summary>
    /// <param name="batches">The batches; they are made on the thread of the pool.</param>
    /// <param name="steps">How many steps are to be made in all, those before a resumption included.</param>
    /// <param name="cancellation">Ends the training between two steps, or within one, which is then not made.</param>
    /// <returns>The steps; each is made when it is asked for. There are none where so many have been made.</returns>
    /// <exception cref="OperationCanceledException">The training was cancelled. It can go on from where it stands.</exception>
    /// <exception cref="TrainingDivergedException">A step would give numbers that are not finite; it was not made.</exception>
    public IAsyncEnumerable<TrainingStep> FitAsync(ITrainingBatches<TBatch> batches, int steps, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        return OffThread(token => StepsUntil(batches, steps, token), cancellation);
    }

    /// <summary>Makes one step.</summary>
    /// <param name="batches">The batches whose gradients it adds up. Those without a label that scores add nothing.</param>
    /// <param name="cancellation">Looked at before each batch, and before the parameters are updated.</param>
    /// <exception cref="ArgumentException">No label of the batches, of all processes, scores.</exception>
    /// <exception cref="OperationCanceledException">The step was cancelled, here or in another process, and not made.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss or the norm of the gradients is not finite, or a parameter or a moment of it would not be after the update. The step was not made.
    /// </exception>
    public TrainingStep Step(IReadOnlyList<TBatch> batches, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batches);
        int number = CompletedSteps + 1;
        WarnOfDropout();
        using ExclusiveUse.Hold use = Model.Enter();
        long start = Stopwatch.GetTimestamp();
        StepExamples[] own = [.. batches.Select(batch => new StepExamples(Objective.ExamplesOf(batch)))];
        using IGradientExchangeStep exchange = Exchange.Begin(new StepContents(
            own.Sum(batch => batch.Examples.Count),
            own.Sum(batch => batch.Labels),
            own.Sum(batch => batch.Tokens),
            cancellation.IsCancellationRequested));
        StepTotals totals = exchange.Totals;
        ThrowIfStopped(totals.Stops, cancellation);
        if (totals.Tokens > int.MaxValue)
            throw new ArgumentException(
                $"The {batches.Count} batches of step {number} have {totals.Tokens} tokens; a step takes {int.MaxValue} at most.", nameof(batches));
        if (totals.Labels == 0)
            throw new ArgumentException(
                $"No label of the {batches.Count} batches of step {number} scores: nothing in them is to be learned. "
                    + "Leave out sequences whose ScoredLabels is zero, or use larger batches.",
                nameof(batches));
        IReadOnlyList<Parameter> parameters = Model.TrainableParameters;
        using StepSums sums = new(parameters, totals.Share, exchange);
        int last = Array.FindLastIndex(own, batch => batch.Labels > 0), first = totals.Share.First;
        for (int i = 0; i < own.Length; first += own[i++].Examples.Count)
        {
            if (own[i].Labels == 0)
                continue;
            cancellation.ThrowIfCancellationRequested();
            using TrainingRun run = new(own[i].Examples, first, 1f / totals.Labels);
            if (i == last)
                sums.ContributeWhenReady();
            sums.AddLosses(own[i].Examples, first, Objective.ForwardBackward(batches[i], run));
            run.Complete();
        }

        StepOutcome outcome = sums.Complete(cancellation.IsCancellationRequested);
        ThrowIfStopped(outcome.Stops, cancellation);
        double loss = outcome.Loss / totals.Labels;
        if (!double.IsFinite(loss))
            throw Diverged(number, "the loss", loss);

        // Moments are made of float32's squares, so that a norm beyond float32 is as good as infinite.
        double norm = GradientNorm.Of(parameters.Select(parameter => parameter.Gradient).OfType<Tensor>());
        if (!float.IsFinite((float)norm))
            throw Diverged(number, "the norm of the gradients", norm);
        float clipping = float.IsPositiveInfinity(MaximumGradientNorm) ? 1 : GradientClipping.Factor((float)norm, MaximumGradientNorm);
        double learningRate = Optimizer.LearningRate * Schedule.Factor(CompletedSteps);
        if (Optimizer.StepIfFinite(parameters, learningRate, clipping, norm) is { } overflow)
            throw Diverged(number, $"a number of '{overflow.Tensor}' after the update, with a learning rate of {learningRate:G4},", overflow.Value);
        Model.Device.Synchronize();
        CompletedSteps++;
        ConsumedBatches += batches.Count;
        TrainingStep step = new(CompletedSteps, loss, learningRate, norm, (int)totals.Tokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
        TrainerLog.Step(Logger, step.Number, step.Loss, step.LearningRate, step.GradientNorm, step.Tokens, step.Seconds);
        return step;
    }

    /// <summary>Says once that a setting of the adapter that was loaded is not applied.</summary>
    private void WarnOfDropout()
    {
        if (!_saidDropout && Model.AdapterWeights is LowRankAdapter { Dropout: > 0 } adapter)
            TrainerLog.Dropout(Logger, adapter.Dropout);
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

    private static void ThrowIfStopped(bool stops, CancellationToken cancellation)
    {
        if (!stops)
            return;
        cancellation.ThrowIfCancellationRequested();
        throw new OperationCanceledException("Another process stopped the training.");
    }

    private static async IAsyncEnumerable<TrainingStep> OffThread(
        Func<CancellationToken, IEnumerable<TrainingStep>> fit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using IEnumerator<TrainingStep> steps = fit(cancellation).GetEnumerator();

        // A step is always begun, so that other processes hear of a cancellation too.
        while (await Task.Run(steps.MoveNext, CancellationToken.None).ConfigureAwait(false))
            yield return steps.Current;
    }

    /// <summary>Whoever cancels, each step is begun, so that other processes hear of it.</summary>
    private IEnumerable<TrainingStep> Steps(IEnumerable<TBatch> batches, CancellationToken cancellation)
    {
        foreach (TBatch[] together in batches.Chunk(AccumulationSteps))
            yield return Step(together, cancellation);
    }

    private IEnumerable<TrainingStep> StepsUntil(ITrainingBatches<TBatch> batches, int steps, CancellationToken cancellation)
    {
        while (CompletedSteps < steps)
        {
            TBatch[] together = new TBatch[AccumulationSteps];
            for (int i = 0; i < together.Length; i++)
                together[i] = batches.Batch(ConsumedBatches + i);
            yield return Step(together, cancellation);
        }
    }

    private TrainingDivergedException Diverged(int step, string quantity, double value)
    {
        TrainerLog.Divergence(Logger, step, quantity, value);
        return new TrainingDivergedException(step, quantity, value);
    }
}
