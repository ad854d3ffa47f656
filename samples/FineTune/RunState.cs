using System.Text.Json;
using System.Text.Json.Serialization;
using AdapterToolkit.Checkpoints;

namespace FineTune;

/// <summary>
/// What a checkpoint remembers beside the trainer's state: the options that the training was started with, and what it has
/// measured so far.
/// </summary>
internal sealed partial record RunState
{
    private const string FileName = "run.json";

    /// <summary>The base model, in full; null for the one that ships with the program.</summary>
    public string? Model { get; init; }

    /// <summary>The data, in full; null for the reference documentation.</summary>
    public string? Data { get; init; }

    /// <summary>Whether the base keeps the numbers of its file.</summary>
    public bool Dense { get; init; }

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
    public string? Prompt { get; init; }

    /// <summary>Whether to write the merged model.</summary>
    public bool Merge { get; init; }

    /// <summary>Whether the merged model is in float32 in place of the base's element type.</summary>
    public bool MergeFullPrecision { get; init; }

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

    /// <summary>Reads the state out of a checkpoint's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserException">There is no checkpoint, or its file is malformed.</exception>
    public static RunState Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new UserException($"--resume: there is no checkpoint in '{folder}'. A training that has ended leaves none; start one without --resume.");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), RunStateJson.Default.RunState)
                ?? throw new UserException($"{path}: is empty; start the training anew without --resume.");
        }
        catch (JsonException exception)
        {
            throw new UserException($"{path}: is not the state of a training: {exception.Message}");
        }
    }

    /// <summary>The options of a resumed training: what it was started with, and what the user gives now.</summary>
    /// <param name="options">The command line's options.</param>
    /// <param name="given">The names of those that the user gave.</param>
    /// <exception cref="UserException">The user gives another value for what decides on the losses.</exception>
    public FineTuneOptions Complete(FineTuneOptions options, IReadOnlySet<string> given) => options with
    {
        Model = Same("--model", FullPath(options.Model), Model, given),
        Data = Same("--data", FullPath(options.Data), Data, given),
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

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static string OutputOf(string checkpoint) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint))) ?? ".";

    private static T Same<T>(string option, T now, T before, IReadOnlySet<string> given) => given.Contains(option) && !Equals(now, before)
        ? throw new UserException($"{option} {now} differs from {before}, with which the training was started. Leave it out to resume, or start anew without --resume.")
        : before;

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
    [JsonSerializable(typeof(RunState))]
    private sealed partial class RunStateJson : JsonSerializerContext;
}
