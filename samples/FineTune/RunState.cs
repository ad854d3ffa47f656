using System.Text.Json;
using System.Text.Json.Serialization;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
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

    /// <summary>Reads the state out of a checkpoint's folder, and checks every value.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserException">There is no checkpoint, or its file is malformed.</exception>
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
            RunState state = JsonSerializer.Deserialize(File.ReadAllText(path), RunStateJson.Default.RunState)
                ?? throw new UserException($"{path}: is null, not the state of a training. Start the training anew without --resume.");
            foreach ((string key, bool isValid) in state.Checks())
            {
                if (!isValid)
                    throw new UserException($"{path}: '{key}' has a value that no run writes. Start the training anew without --resume.");
            }

            return state;
        }
        catch (JsonException exception)
        {
            throw new UserException($"{path}: is not the state of a training: {exception.Message}");
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
            throw new UserException($"{path}: 'steps' is {Steps}, but {steps} have been made. Start the training anew without --resume.");
        if (Measurements.TrainingLosses.Count != steps)
            throw new UserException($"{path}: 'measurements.trainingLosses' has {Measurements.TrainingLosses.Count} losses, but {steps} steps have been made. Start the training anew without --resume.");
        if (Measurements.HeldOutLosses.FirstOrDefault(point => point.Step > steps) is { } late)
            throw new UserException($"{path}: 'measurements.heldOutLosses' has a loss after step {late.Step}, but {steps} steps have been made. Start the training anew without --resume.");
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
        Output = given.Contains("--output") ? options.Output : OutputOf(options.Resume!),
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
            : Directory.Exists(folder) ? $"It has no '{FileName}', so it is another folder than a run's checkpoint/. A training that has ended leaves none; start one without --resume."
            : File.Exists(folder) ? "It is a file; name the folder that a run calls checkpoint/."
            : "A training that has ended leaves none; start one without --resume.";
        return $"--resume: there is no checkpoint in '{folder}'. {what}";
    }

    /// <summary>Every value that the file's types leave open, and whether it is one that a run writes.</summary>
    private IEnumerable<(string Key, bool IsValid)> Checks() =>
    [
        ("model", Model is null || IsPath(Model)),
        ("data", Data is null || IsPath(Data)),
        ("chatTemplate", ChatTemplate is null || IsPath(ChatTemplate)),
        ("steps", Steps >= 0),
        ("batch", Batch >= 1),
        ("sequence", Sequence >= 2),
        ("learningRate", float.IsFinite(LearningRate) && LearningRate > 0),
        ("optimizerBits", OptimizerBits is 8 or 32),
        ("optimizerMinimumSize", OptimizerMinimumSize >= 0),
        ("seed", Seed >= 0),
        ("device", Device.Length > 0),
        ("threads", Threads is >= 0 and <= CpuDevice.MostThreads),
        ("evaluateEvery", EvaluateEvery >= 0),
        ("checkpointEvery", CheckpointEvery >= 0),
        .. Measurements.Checks().Select(check => ($"measurements.{check.Key}", check.IsValid)),
    ];

    private static bool IsPath(string path) => Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal);

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static string OutputOf(string checkpoint) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint))) ?? ".";

    private static T Same<T>(string option, T now, T before, IReadOnlySet<string> given) => given.Contains(option) && !Equals(now, before)
        ? throw new UserException($"{option} {now} differs from {before}, with which the training was started. Leave it out to resume, or start anew without --resume.")
        : before;

    [JsonSourceGenerationOptions(
        AllowDuplicateProperties = false,
        NewLine = "\n",
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true)]
    [JsonSerializable(typeof(RunState))]
    private sealed partial class RunStateJson : JsonSerializerContext;
}
