using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune;

/// <summary>
/// The folder for what the program writes. One run at a time has it, and nothing in it is replaced or deleted but what such a run wrote.
/// What is known to stand in the way is said before the work begins. A run without steps replaces nothing of a training.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    /// <summary>What chart and report are called as a part of the folder.</summary>
    private const string ReportPart = "report";

    private static readonly string[] s_adapterFiles = [PeftAdapterConfig.FileName, PeftAdapterFile.TensorsFileName];

    /// <summary>The files that most models have beside their weights, and that their copies get.</summary>
    private static readonly string[] s_companions =
        [ModelTokenizer.FileName, "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json"];

    private readonly IDisplay _display;
    private readonly string[] _created;
    private readonly FolderLock _lock;
    private FineTuneOptions _options;

    private OutputFolder(string folder, IDisplay display)
    {
        _options = new FineTuneOptions { Output = folder };
        _display = display;
        _created = [.. MissingFolders(folder)];
        _lock = Lock(folder);
        AtomicFolder.HardLinkReplaced += Tell;
    }

    /// <summary>Whether the folder has what an earlier training left, and this run trains nothing: then nothing is written.</summary>
    public bool KeepsEarlierResults { get; private set; }

    /// <summary>Takes the folder for this run; what is in it is left as it is.</summary>
    /// <param name="folder">The folder, which is created where it does not exist.</param>
    /// <param name="display">Where notices are shown.</param>
    /// <exception cref="UserException">Another run has the folder, or none can be here.</exception>
    public static OutputFolder Take(string folder, IDisplay display) => new(folder, display);

    /// <summary>Takes the folder for this run, and prepares it.</summary>
    /// <param name="options">What the user asks for.</param>
    /// <param name="display">Where notices are shown.</param>
    /// <exception cref="UserException">As of <see cref="Take"/> and <see cref="Prepare"/>.</exception>
    /// <exception cref="CheckpointException">As of <see cref="Prepare"/>.</exception>
    public static OutputFolder Open(FineTuneOptions options, IDisplay display)
    {
        OutputFolder output = Take(options.Output, display);
        try
        {
            output.Prepare(options);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>The output folder to which the checkpoint in a folder belongs.</summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    public static string Of(string checkpoint) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint))) ?? ".";

    /// <summary>Cleans what a run that was killed has left, and checks that all can be written.</summary>
    /// <param name="options">What the user asks for.</param>
    /// <exception cref="UserException">The folder holds a training that has not ended, which this run would lose.</exception>
    /// <exception cref="CheckpointException">Files stand in the way that no run wrote.</exception>
    public void Prepare(FineTuneOptions options)
    {
        _options = options;
        foreach (string folder in (string[])[_options.Output, _options.AdapterFolder, _options.MergedFolder, _options.CheckpointFolder])
            AtomicFolder.Recover(folder);
        if (_options.Steps > 0)
            CheckTraining();
        else
            KeepsEarlierResults = HoldsTraining();
        if (KeepsEarlierResults)
            return;
        AtomicFolder.Check(_options.Output, [LossChart.FileName, Report.FileName], ReportPart);
        AtomicFolder.Check(_options.AdapterFolder, s_adapterFiles, PeftAdapterFile.Part);
        if (_options.Merge)
            AtomicFolder.Check(_options.MergedFolder,
                [CausalModelConfig.FileName, Checkpoint.SingleFileName, Checkpoint.IndexFileName, .. s_companions.Where(IsInModel)], Checkpoint.Part);
    }

    /// <summary>Writes chart and report, or says that an earlier training's stay.</summary>
    /// <param name="report">The report.</param>
    /// <param name="measurements">What the chart shows.</param>
    public void Write(Report report, Measurements measurements)
    {
        if (KeepsEarlierResults)
        {
            _display.ShowLine("Nothing was trained, so that nothing is written: "
                + $"{_options.Output} keeps what an earlier training left there. For files of this run choose another --output.");
            return;
        }

        AtomicFolder.Write(
            _options.Output,
            folder =>
            {
                LossChart.Save(folder, measurements.TrainingLosses, measurements.HeldOutLosses);
                report.Save(folder);
            },
            ReportPart);
    }

    /// <summary>Deletes the checkpoint of the training that has ended. A run without steps trains nothing, so it ends no training.</summary>
    public void DeleteCheckpoint()
    {
        if (_options.Steps > 0)
            AtomicFolder.Delete(_options.CheckpointFolder, TrainingCheckpoint.Part);
    }

    /// <summary>Gives the folder back, and removes it where it was created and nothing came of it.</summary>
    public void Dispose()
    {
        AtomicFolder.HardLinkReplaced -= Tell;
        _lock.Dispose();
        try
        {
            foreach (string folder in _created.TakeWhile(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
                Directory.Delete(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another run may have come meanwhile, or the folder be in use; an empty folder does no harm.
        }
    }

    private static bool IsSame(string folder, string other) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(other));

    private static FolderLock Lock(string folder)
    {
        try
        {
            return FolderLock.Acquire(folder);
        }
        catch (CheckpointException exception)
        {
            throw new UserException($"--output {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"--output {folder}: the folder can't be written: {exception.Message} Choose another one.");
        }
    }

    /// <summary>A folder and those above it that do not exist, from the inside out.</summary>
    private static IEnumerable<string> MissingFolders(string folder)
    {
        for (string? path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
            path is not null && !Path.Exists(path); path = Path.GetDirectoryName(path))
            yield return path;
    }

    private void CheckTraining()
    {
        bool goesOn = _options.Resume is { } checkpoint && IsSame(checkpoint, _options.CheckpointFolder);
        if (!goesOn && FolderManifest.Lists(_options.CheckpointFolder, TrainingCheckpoint.Part))
            throw HalfDone();
        AtomicFolder.Check(
            _options.CheckpointFolder,
            [TrainingCheckpoint.TrainerFileName, TrainingCheckpoint.OptimizerFileName, RunState.FileName, .. s_adapterFiles],
            TrainingCheckpoint.Part);
    }

    /// <summary>Whether the folder has a training that has not ended, a trained adapter, or a merged model whose adapter is gone.</summary>
    private bool HoldsTraining() =>
        FolderManifest.Lists(_options.CheckpointFolder, TrainingCheckpoint.Part)
        || (FolderManifest.Lists(_options.AdapterFolder, PeftAdapterFile.Part)
            ? IsTrained(_options.AdapterFolder)
            : FolderManifest.Lists(_options.MergedFolder, Checkpoint.Part));

    /// <summary>Whether an adapter adds anything to its model; one that can't be read may.</summary>
    private static bool IsTrained(string folder)
    {
        try
        {
            PeftAdapterFile adapter = PeftAdapterFile.Read(folder);
            return adapter.SavedTensors.Count > 0 || adapter.Layers.Any(layer => layer.B.Span.ContainsAnyExcept(0f));
        }
        catch (IOException)
        {
            return true;
        }
    }

    private bool IsInModel(string name) => File.Exists(Path.Combine(_options.ModelFolder, name));

    private UserException HalfDone() => new(
        $"{_options.CheckpointFolder}: holds a training that has not ended, and would be replaced. "
        + $"Go on with it by --resume --output {_options.Output}, or choose another --output, or move the folder away.");

    private void Tell(string path) => _display.ShowLine($"{path}: replaced; its other hard links keep what it held before.");
}
