using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AdapterToolkit.Formats;
using AdapterToolkit.Training;

namespace FineTune;

/// <summary>
/// What a checkpoint remembers beside the trainer's state: the options that the training was started with, and what it has
/// measured so far.
/// </summary>
internal sealed partial record RunState
{
    /// <summary>The name of the file in a checkpoint's folder.</summary>
    public const string FileName = "run.json";

    /// <summary>The base model, in full; null for the one that ships with the program.</summary>
    public required string? Model { get; init; }

    /// <summary>The data, in full; null for the reference documentation.</summary>
    public required string? Data { get; init; }

    /// <summary>The file of the chat template, in full; null for the base model's own.</summary>
    public required string? ChatTemplate { get; init; }

    /// <summary>When the training was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Whether the base keeps the numbers of its file.</summary>
    public required bool Dense { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public required int Steps { get; init; }

    /// <summary>Sequences in a step.</summary>
    public required int Batch { get; init; }

    /// <summary>Tokens in a sequence.</summary>
    public required int Sequence { get; init; }

    /// <summary>The highest learning rate of the schedule.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Bits of a number of the optimizer's state.</summary>
    public required int OptimizerBits { get; init; }

    /// <summary>Parameters of fewer numbers keep a state of 32 bits.</summary>
    public required int OptimizerMinimumSize { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>The device that the training ran on.</summary>
    public required string Device { get; init; }

    /// <summary>The threads of the CPU device.</summary>
    public required int Threads { get; init; }

    /// <summary>The prompt that the user gave.</summary>
    public required string? Prompt { get; init; }

    /// <summary>Whether to write the merged model.</summary>
    public required bool Merge { get; init; }

    /// <summary>Whether the merged model is in float32 in place of the base's element type.</summary>
    public required bool MergeFullPrecision { get; init; }

    /// <summary>After how many steps the held-out loss is measured.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>After how many steps a checkpoint is saved.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>What has been measured.</summary>
    public required Measurements Measurements { get; init; }

    /// <summary>Writes the state into a checkpoint's folder.</summary>
    /// <param name="folder">The folder.</param>
    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, RunStateJson.Default.RunState) + "\n");

    /// <summary>Refuses a folder that holds no checkpoint, nor what a run that was killed has left of one, without putting anything in order there.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserException">There is no checkpoint; the message says what there is.</exception>
    public static void RequireCheckpoint(string folder)
    {
        string own = Path.GetFileNameWithoutExtension(FolderManifest.FileName);
        IEnumerable<string?> names = Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName) : [];
        if (!names.Any(name => name == FileName || name!.StartsWith(own, StringComparison.Ordinal)))
            throw new UserException(NoCheckpoint(folder));
    }

    /// <summary>Reads the state out of a checkpoint's folder, and checks every value.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserException">There is no checkpoint, or its file is malformed; the message names file and key.</exception>
    /// <exception cref="CheckpointException">The file was not written together with the others of the checkpoint.</exception>
    public static RunState Read(string folder)
    {
        AtomicFolder.Recover(folder);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new UserException(NoCheckpoint(folder));
        FolderManifest.Verify(folder, TrainingCheckpoint.Part, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return RunStateFields.FirstFault(document.RootElement) is { } fault
                ? throw Fault(path, fault)
                : document.Deserialize(RunStateJson.Default.RunState)!;
        }
        catch (JsonException exception)
        {
            throw Fault(path, $"is no JSON in line {(exception.LineNumber ?? 0) + 1}");
        }
        catch (InvalidOperationException)
        {
            throw Fault(path, "has a text that is no valid Unicode");
        }
    }

    /// <summary>What had been measured when so many steps were made.</summary>
    /// <param name="steps">The steps that the trainer has made.</param>
    /// <param name="folder">The checkpoint's folder, for messages.</param>
    /// <exception cref="UserException">The measurements are those of another number of steps.</exception>
    public Measurements MeasurementsAfter(int steps, string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (steps > Steps)
            throw Fault(path, $"'steps' is {Steps}, but {steps} have been made");
        if (Measurements.TrainingLosses.Count != steps)
            throw Fault(path, $"'measurements.trainingLosses' has {Measurements.TrainingLosses.Count} losses, but {steps} steps have been made");
        if (Measurements.HeldOutLosses.FirstOrDefault(point => point.Step > steps) is { } late)
            throw Fault(path, $"'measurements.heldOutLosses' has a loss after step {late.Step}, but {steps} steps have been made");
        return Measurements;
    }

    /// <summary>The options of a resumed training: what it was started with, and what the user gives now.</summary>
    /// <param name="options">The command line's options.</param>
    /// <param name="given">The names of those that the user gave.</param>
    /// <exception cref="UserException">The user gives another value for what decides on the losses.</exception>
    public FineTuneOptions Complete(FineTuneOptions options, IReadOnlySet<string> given) => options with
    {
        Model = given.Contains("--model") ? FullPath(options.Model) : Model,
        Data = given.Contains("--data") ? FullPath(options.Data) : Data,
        ChatTemplate = Same("--chat-template", FullPath(options.ChatTemplate), ChatTemplate, given),
        Started = Started,
        Dense = Same("--dense", options.Dense, Dense, given),
        Steps = Same("--steps", options.Steps, Steps, given),
        Batch = Same("--batch", options.Batch, Batch, given),
        Sequence = Same("--sequence", options.Sequence, Sequence, given),
        LearningRate = Same("--learning-rate", options.LearningRate, LearningRate, given),
        OptimizerBits = Same("--optimizer-bits", options.OptimizerBits, OptimizerBits, given),
        OptimizerMinimumSize = Same("--optimizer-minimum-size", options.OptimizerMinimumSize, OptimizerMinimumSize, given),
        Seed = Same("--seed", options.Seed, Seed, given),
        Device = given.Contains("--device") ? options.Device : Device,
        Threads = given.Contains("--threads") || given.Contains("--device") ? options.Threads : Threads,
        Prompt = given.Contains("--prompt") ? options.Prompt : Prompt,
        Merge = options.Merge || Merge,
        MergeFullPrecision = given.Contains("--merge-type") ? options.MergeFullPrecision : MergeFullPrecision,
        EvaluateEvery = given.Contains("--evaluate-every") ? options.EvaluateEvery : EvaluateEvery,
        CheckpointEvery = given.Contains("--checkpoint-every") ? options.CheckpointEvery : CheckpointEvery,
    };

    /// <summary>The state of a training with the given options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="device">The device that it runs on.</param>
    /// <param name="measurements">What has been measured.</param>
    public static RunState Of(FineTuneOptions options, string device, Measurements measurements) => new()
    {
        Model = FullPath(options.Model),
        Data = FullPath(options.Data),
        ChatTemplate = FullPath(options.ChatTemplate),
        Started = options.Started,
        Dense = options.Dense,
        Steps = options.Steps,
        Batch = options.Batch,
        Sequence = options.Sequence,
        LearningRate = options.LearningRate,
        OptimizerBits = options.OptimizerBits,
        OptimizerMinimumSize = options.OptimizerMinimumSize,
        Seed = options.Seed,
        Device = device,
        Threads = options.Threads,
        Prompt = options.Prompt,
        Merge = options.Merge,
        MergeFullPrecision = options.MergeFullPrecision,
        EvaluateEvery = options.EvaluateEvery,
        CheckpointEvery = options.CheckpointEvery,
        Measurements = measurements,
    };

    private static string NoCheckpoint(string folder)
    {
        string inside = Path.Combine(folder, "checkpoint");
        string what = File.Exists(Path.Combine(inside, FileName)) ? $"Name the folder of the checkpoint itself: --resume {inside}."
            : Directory.Exists(folder) ? $"It has no '{FileName}', so it is another folder than a run's checkpoint/. "
                + "A training that has ended leaves none, nor does one that was stopped before its first; start one without --resume."
            : File.Exists(folder) ? "It is a file; name the folder that a run calls checkpoint/."
            : "A training that has ended leaves none, nor does one that was stopped before its first; start one without --resume.";
        return $"--resume: there is no checkpoint in '{folder}'. {what}";
    }

    private static UserException Fault(string path, string fault) =>
        new($"{path}: {fault}. No run writes that: "
            + "take the checkpoint as the run left it, or start the training anew, without --resume and with another --output.");

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static T Same<T>(string option, T now, T before, IReadOnlySet<string> given) => given.Contains(option) && !Equals(now, before)
        ? throw new UserException($"{option} {Shown(now)} differs from {Shown(before)}, with which the training was started. "
            + "Leave it out to resume, or start anew, without --resume and with another --output.")
        : before;

    private static string Shown<T>(T value) => value switch
    {
        null => "none",
        bool truth => truth ? "true" : "false",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    [JsonSourceGenerationOptions(NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    [JsonSerializable(typeof(RunState))]
    private sealed partial class RunStateJson : JsonSerializerContext;
}
