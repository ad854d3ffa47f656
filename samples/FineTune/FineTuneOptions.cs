using AdapterToolkit.Weights;

namespace FineTune;

/// <summary>What the command line asks for.</summary>
internal sealed record FineTuneOptions
{
    /// <summary>The folder of the base checkpoint; null for the one that ships with the program.</summary>
    public string? Model { get; init; }

    /// <summary>The file or folder of the text; null for the reference documentation.</summary>
    public string? Data { get; init; }

    /// <summary>The file of the chat template; null for the base checkpoint's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>When the training was started: the date that chat templates write, so that a training resumed on another day has the same data.</summary>
    public DateTimeOffset Started { get; init; } = DateTimeOffset.Now;

    /// <summary>Whether the base keeps the numbers of its file in place of being quantized.</summary>
    public bool Dense { get; init; }

    /// <summary>The device; null for the fastest.</summary>
    public string? Device { get; init; }

    /// <summary>The threads of the CPU device; zero for all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Steps of training.</summary>
    public int Steps { get; init; }

    /// <summary>Sequences in a step.</summary>
    public int Batch { get; init; }

    /// <summary>Tokens in a sequence.</summary>
    public int Sequence { get; init; }

    /// <summary>The highest learning rate of the schedule.</summary>
    public float LearningRate { get; init; }

    /// <summary>Bits of a number of the optimizer's state: 32 or 8.</summary>
    public int OptimizerBits { get; init; }

    /// <summary>Parameters of fewer numbers keep a state of 32 bits.</summary>
    public int OptimizerMinimumSize { get; init; }

    /// <summary>The seed of the adapter's start and of the data's order.</summary>
    public int Seed { get; init; }

    /// <summary>The folder for what the program writes.</summary>
    public required string Output { get; init; }

    /// <summary>Whether to write the merged model.</summary>
    public bool Merge { get; init; }

    /// <summary>Whether the merged model is in float32 in place of the base's element type.</summary>
    public bool MergeFullPrecision { get; init; }

    /// <summary>The checkpoint to go on from; null to start afresh.</summary>
    public string? Resume { get; init; }

    /// <summary>The text to continue before and after; null for one that suits the data.</summary>
    public string? Prompt { get; init; }

    /// <summary>After how many steps the held-out loss is measured; zero for only before and after.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>After how many steps a checkpoint is saved; zero for only when interrupted.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Whether standard output gets the report's JSON and nothing else.</summary>
    public bool Json { get; init; }

    /// <summary>How the base's projections are held.</summary>
    public WeightStorage Storage => Dense ? WeightStorage.Dense : WeightStorage.AsMarked;

    /// <summary>The folder of the base checkpoint.</summary>
    public string ModelFolder => Model ?? Path.Combine(AppContext.BaseDirectory, "base-model");

    /// <summary>The folder in which training saves its state.</summary>
    public string CheckpointFolder => Path.Combine(Output, "checkpoint");

    /// <summary>The folder for the adapter.</summary>
    public string AdapterFolder => Path.Combine(Output, "adapter");

    /// <summary>The folder for the merged model.</summary>
    public string MergedFolder => Path.Combine(Output, "merged");
}
