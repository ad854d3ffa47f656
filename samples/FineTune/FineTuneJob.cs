using System.Diagnostics;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Generation;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using FineTune.Data;
using FineTune.Display;

namespace FineTune;

/// <summary>The whole path: load, measure, train, measure, save, load again and compare.</summary>
/// <param name="options">What the user asks for.</param>
/// <param name="resumed">The state of the training that goes on; null where one is started.</param>
/// <param name="output">The folder for what is written.</param>
/// <param name="display">Where it is shown.</param>
/// <param name="interruption">Tells when the user wants to stop.</param>
internal sealed class FineTuneJob(FineTuneOptions options, RunState? resumed, OutputFolder output, IDisplay display, Interruption interruption)
{
    private const int MostWarmUpSteps = 20;
    private const int WarmUpShare = 10;
    private const int ContinuationTokens = 40;

    /// <summary>The exit code of a program that Ctrl+C has stopped.</summary>
    private const int InterruptedExitCode = 130;

    private Measurements _measurements = new();
    private DataCounts? _leftOut;

    /// <summary>Does it all.</summary>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="UserException">Something is amiss that the user can put right.</exception>
    public int Run()
    {
        try
        {
            return RunAll();
        }
        catch (OperationCanceledException) when (interruption.Requested)
        {
            display.ShowLine("Stopped before the training began.");
            return InterruptedExitCode;
        }
    }

    private int RunAll()
    {
        RunInput input = RunInput.Read(options, interruption.Token);
        PreparedData data = input.Sequences;
        Prompt prompt = input.PromptOf(options, ContinuationTokens, display);
        using ComputeDevice device = Devices.Open(options.Device, options.Threads);
        MemoryNeed.Check(input.Config, data.Training, options, device);
        if (resumed is null && !options.Dense)
            _measurements.HeldOutLossDense = MeasureDense(device, data);
        using LanguageModel model = CausalModel.Load<Projection>(options.ModelFolder, device,
            new LoadOptions { Storage = options.Storage, Logger = new WarningLogger(display) }, interruption.Token);
        model.Adapter.Initialize(options.Seed);
        using AdamW optimizer = new(options.LearningRate) { StateBits = options.OptimizerBits, MinimumSize = options.OptimizerMinimumSize };
        Trainer trainer = new(model, optimizer)
        {
            Schedule = LearningRateSchedule.Linear(options.Steps, Math.Min(MostWarmUpSteps, options.Steps / WarmUpShare)),
        };
        ShowSummary(model, input.Corpus, data);
        _leftOut = data.Counts;
        foreach (string note in data.Notes)
            display.ShowLine(note);
        Start(trainer, input, prompt);

        if (!Train(trainer, input.Batches, data))
        {
            display.ShowLine($"Stopped after step {trainer.CompletedSteps} of {options.Steps}. "
                + $"The state is in {options.CheckpointFolder}; go on with: --resume --output {options.Output}");
            Finish(CreateReport(model));
            return InterruptedExitCode;
        }

        double? lossAfter = Measure(model, data);
        if (!output.KeepsEarlierResults)
            model.Adapter.Save(options.AdapterFolder);
        if (lossAfter is { } loss)
            _measurements.HeldOutLosses.Add(new HeldOutPoint(options.Steps, loss));
        string continuation = Continue(model, input.Encoder, prompt);
        Report report = CreateReport(model) with { HeldOutLossAfter = lossAfter };
        if (!output.KeepsEarlierResults)
            report = new SavedResults(options, display).Check(model, input, report);
        report = Finish(report);
        output.DeleteCheckpoint();
        display.ShowOutcome(
            new Outcome(report, prompt.Text, _measurements.ContinuationBefore, continuation, output.KeepsEarlierResults ? null : options.Output));
        return 0;
    }

    private void ShowSummary(LanguageModel model, Corpus corpus, PreparedData data) => display.ShowSummary(new RunSummary(
        options.Model ?? "the one that ships with this sample",
        model.Device.ToString(),
        model.BaseParameters,
        BytesInFile(),
        model.BaseBytes,
        options.Dense ? null : model.BitsPerWeight,
        model.TrainableParameterCount,
        model.Adapter.Bytes,
        corpus.Description,
        data.Training.Count,
        data.Training.Sum(sequence => (long)sequence.Ids.Length),
        data.HeldOut.Count,
        data.HeldOut.Sum(sequence => (long)sequence.Ids.Length)));

    /// <summary>Measures the base model, or takes up a training where it stopped.</summary>
    private void Start(Trainer trainer, RunInput input, Prompt prompt)
    {
        if (resumed is not null)
        {
            GoOn(trainer, input, prompt, resumed);
            return;
        }

        _measurements.HeldOutLossBefore = Measure(trainer.Model, input.Sequences);
        if (_measurements.HeldOutLossBefore is { } loss)
        {
            _measurements.HeldOutLosses.Add(new HeldOutPoint(0, loss));
            string quantized = options.Dense ? "" : $"; {Quantity.Number(_measurements.HeldOutLossDense, 4)} before it was quantized";
            display.ShowLine($"Held-out loss of the base: {Quantity.Number(loss, 4)} nats per token, perplexity {Quantity.Perplexity(loss)}{quantized}.");
            if (options.Dense)
                _measurements.HeldOutLossDense = loss;
        }

        _measurements.ContinuationBefore = Continue(trainer.Model, input.Encoder, prompt);
    }

    private void GoOn(Trainer trainer, RunInput input, Prompt prompt, RunState state)
    {
        // Until it is restored, the fresh adapter leaves the base as it was before training.
        string? continuation = options.Prompt == state.Prompt ? null : Continue(trainer.Model, input.Encoder, prompt);
        string checkpoint = options.Resume!;
        IReadOnlyList<string> differences = TrainingCheckpoint.Restore(checkpoint, trainer, input.Batches);
        _measurements = state.MeasurementsAfter(trainer.CompletedSteps, checkpoint);
        _measurements.ContinuationBefore = continuation ?? _measurements.ContinuationBefore;
        display.ShowLine($"Going on after step {trainer.CompletedSteps} of {options.Steps}.");
        foreach (string difference in differences)
            display.ShowLine($"Note: {difference}, so that losses may differ in their last bits from those of a run that had not stopped.");
    }

    /// <summary>Trains to the end.</summary>
    /// <returns>Whether it came there; otherwise the user stopped it, and its state is saved.</returns>
    private bool Train(Trainer trainer, ShuffledBatches batches, PreparedData data)
    {
        bool ended = true;
        if (trainer.CompletedSteps < options.Steps)
        {
            display.ShowTraining(trainer.CompletedSteps, options.Steps, progress =>
            {
                foreach (TrainingStep step in trainer.Fit(batches, options.Steps))
                {
                    Note(step, progress);
                    ended = step.Number == options.Steps || !interruption.Requested;
                    if (!ended)
                        break;
                    if (step.Number == options.Steps)
                        continue;
                    if (IsDue(step.Number, options.EvaluateEvery) && Measure(trainer.Model, data) is { } loss)
                    {
                        HeldOutPoint point = new(step.Number, loss);
                        _measurements.HeldOutLosses.Add(point);
                        progress.Report(point);
                    }

                    if (IsDue(step.Number, options.CheckpointEvery))
                        SaveCheckpoint(trainer, batches);
                }
            });
        }

        if (!ended)
            SaveCheckpoint(trainer, batches);
        return ended;

        static bool IsDue(int step, int every) => every > 0 && step % every == 0;
    }

    private void Note(TrainingStep step, ITrainingProgress progress)
    {
        _measurements.TrainingLosses.Add(step.Loss);
        _measurements.Tokens += step.Tokens;
        _measurements.Seconds += step.Seconds;
        progress.Report(step);
    }

    private void SaveCheckpoint(Trainer trainer, ShuffledBatches batches) => TrainingCheckpoint.Save(
        options.CheckpointFolder,
        trainer,
        batches,
        RunState.Of(options, trainer.Model.Device.Identifier, _measurements).Write);

    /// <summary>The held-out loss of the base as its file has it.</summary>
    private double? MeasureDense(ComputeDevice device, PreparedData data)
    {
        using LanguageModel dense = CausalModel.Load<Projection>(
            options.ModelFolder, device, new LoadOptions { Storage = WeightStorage.Dense }, interruption.Token);
        return Measure(dense, data);
    }

    /// <summary>The bytes that the weights take in the checkpoint.</summary>
    private long BytesInFile()
    {
        using Checkpoint checkpoint = Checkpoint.Open(options.ModelFolder);
        return checkpoint.Names.Sum(name => checkpoint.GetEntry(name).ByteLength);
    }

    /// <summary>The mean held-out loss; null where nothing is held out.</summary>
    private double? Measure(LanguageModel model, PreparedData data)
    {
        if (!data.HeldOut.Any(sequence => sequence.ScoredLabels > 0))
            return null;
        double loss = HeldOutLoss.Of(model, data.HeldOut, options.Batch);
        return double.IsFinite(loss)
            ? loss
            : throw new UserException($"The held-out loss is {loss}: the model's numbers have grown too large for float32. "
                + $"If the training did that, try a lower --learning-rate than {options.LearningRate}; "
                + $"the checkpoint of an earlier step, if there is one, is in {options.CheckpointFolder}.");
    }

    private static string Continue(LanguageModel model, TextEncoder encoder, Prompt prompt) =>
        prompt.End.BeforeStopText(encoder.Tokenizer.Decode(model.Generate(prompt.Ids, ContinuationTokens, [.. prompt.End.Ids]), skipSpecialTokens: true));

    private Report CreateReport(LanguageModel model) => new()
    {
        Device = model.Device.Identifier,
        BaseParameters = model.BaseParameters,
        BaseBytes = model.BaseBytes,
        BitsPerWeight = options.Dense ? null : model.BitsPerWeight,
        TrainableParameters = model.TrainableParameterCount,
        Steps = _measurements.TrainingLosses.Count,
        HeldOutLossDense = _measurements.HeldOutLossDense,
        HeldOutLossBefore = _measurements.HeldOutLossBefore,
        TokensPerSecond = _measurements.Seconds > 0 ? _measurements.Tokens / _measurements.Seconds : null,
        PeakWorkingSetBytes = 0,
        Data = _leftOut,
        TrainingLosses = _measurements.TrainingLosses,
    };

    /// <summary>Writes the chart and the report.</summary>
    private Report Finish(Report report)
    {
        using Process process = Process.GetCurrentProcess();
        report = report with { PeakWorkingSetBytes = process.PeakWorkingSet64 };
        output.Write(report, _measurements);
        if (options.Json)
            Console.Out.Write(report.ToJson());
        return report;
    }
}
