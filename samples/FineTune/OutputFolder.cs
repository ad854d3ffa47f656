using AdapterToolkit.Checkpoints;
using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune;

/// <summary>
/// The folder for what the program writes. One run at a time has it, and nothing in it is replaced or deleted but what such a run wrote. What is known to stand in the way is
/// said before the work begins.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    /// <summary>What chart and report are called as a part of the folder.</summary>
    private const string ReportPart = "report";

    private static readonly string[] s_adapterFiles = [PeftAdapterConfig.FileName, PeftAdapterFile.TensorsFileName];

    /// <summary>The files that most models have beside their weights, and that their copies get.</summary>
    private static readonly string[] s_companions = [Tokenizer.FileName, "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json"];

    private readonly FineTuneOptions _options;
    private readonly IDisplay _display;
    private readonly FolderLock _lock;

    private OutputFolder(FineTuneOptions options, IDisplay display)
    {
        (_options, _display) = (options, display);
        _lock = FolderLock.Acquire(options.Output);
        AtomicFolder.HardLinkReplaced += Tell;
    }

    /// <summary>Takes the folder for this run, cleans what a run that was killed has left, and checks that all can be written.</summary>
    /// <param name="options">What the user asks for.</param>
    /// <param name="display">Where notices are shown.</param>
    /// <exception cref="UserException">No folder is named, or it holds a training that has not ended, which this run would lose.</exception>
    /// <exception cref="CheckpointException">Another run has the folder, or files stand in the way that no run wrote.</exception>
    public static OutputFolder Open(FineTuneOptions options, IDisplay display)
    {
        if (string.IsNullOrWhiteSpace(options.Output))
            throw new UserException("--output: name a folder.");
        OutputFolder output = new(options, display);
        try
        {
            output.Check();
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Writes chart and report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="measurements">What the chart shows.</param>
    public void Write(Report report, Measurements measurements) => AtomicFolder.Write(
        _options.Output,
        folder =>
        {
            LossChart.Save(folder, measurements.TrainingLosses, measurements.HeldOutLosses);
            report.Save(folder);
        },
        ReportPart);

    /// <summary>Deletes the checkpoint of the training that has ended. A run without steps trains nothing, so it ends no training.</summary>
    public void DeleteCheckpoint()
    {
        if (_options.Steps > 0)
            AtomicFolder.Delete(_options.CheckpointFolder, TrainingCheckpoint.Part);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AtomicFolder.HardLinkReplaced -= Tell;
        _lock.Dispose();
    }

    private static bool IsSame(string folder, string other) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(other));

    private void Check()
    {
        foreach (string folder in (string[])[_options.Output, _options.AdapterFolder, _options.MergedFolder, _options.CheckpointFolder])
            AtomicFolder.Recover(folder);
        if (_options.Steps > 0)
        {
            bool goesOn = _options.Resume is { } checkpoint && IsSame(checkpoint, _options.CheckpointFolder);
            if (!goesOn && FolderManifest.Lists(_options.CheckpointFolder, TrainingCheckpoint.Part))
                throw HalfDone();
            AtomicFolder.Check(
                _options.CheckpointFolder,
                [TrainingCheckpoint.TrainerFileName, TrainingCheckpoint.OptimizerFileName, RunState.FileName, .. s_adapterFiles],
                TrainingCheckpoint.Part);
        }

        AtomicFolder.Check(_options.Output, [LossChart.FileName, Report.FileName], ReportPart);
        AtomicFolder.Check(_options.AdapterFolder, s_adapterFiles, PeftAdapterFile.Part);
        if (_options.Merge)
            AtomicFolder.Check(_options.MergedFolder, [LlamaConfig.FileName, Checkpoint.SingleFileName, Checkpoint.IndexFileName, .. s_companions.Where(IsInModel)], Checkpoint.Part);
    }

    private bool IsInModel(string name) => File.Exists(Path.Combine(_options.ModelFolder, name));

    private UserException HalfDone() => new(
        $"{_options.CheckpointFolder}: holds a training that has not ended, and would be replaced. "
        + $"Go on with it by --resume --output {_options.Output}, or choose another --output, or move the folder away.");

    private void Tell(string path) => _display.ShowLine($"{path}: replaced; its other hard links keep what it held before.");
}
