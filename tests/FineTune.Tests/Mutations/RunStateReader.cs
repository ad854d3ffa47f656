using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Training;

namespace FineTune.Tests.Mutations;

/// <summary>The state of a run in a checkpoint, damaged as somebody would who makes the list of files fit.</summary>
internal sealed class RunStateReader : MutatedReader
{
    private static readonly Measurements s_measured = new()
    {
        TrainingLosses = [3, 2.5],
        HeldOutLosses = [new HeldOutPoint(0, 3), new HeldOutPoint(2, 2.5)],
        HeldOutLossBefore = 3,
        Tokens = 64,
        Seconds = 0.5,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } = [Written()];

    /// <inheritdoc/>
    public override void Prepare(string folder)
    {
        FileInfo file = new(Path.Combine(folder, RunState.FileName));
        if (!file.Exists || file.LinkTarget is not null || file.Length == 0)
            return;
        byte[] damaged = File.ReadAllBytes(file.FullName);
        file.Delete();
        AtomicFolder.Write(folder, temporary => File.WriteAllBytes(Path.Combine(temporary, RunState.FileName), damaged), TrainingCheckpoint.Part);
    }

    /// <inheritdoc/>
    public override bool Damages(string name) => name == RunState.FileName;

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        RunState state = RunState.Read(folder);
        state.MeasurementsAfter(2, folder);
        state.Complete(new FineTuneOptions { Resume = folder, Output = "out" }, new HashSet<string>());
    }

    /// <inheritdoc/>
    public override bool IsDocumented(Exception exception) => exception is UserException or CheckpointException;

    private static Dictionary<string, byte[]> Written()
    {
        string folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;
        try
        {
            RunState state = RunState.Of(new FineTuneOptions { Output = "out", Steps = 10, Batch = 2, Sequence = 16, LearningRate = 0.5f, OptimizerBits = 32 },
                "cpu", s_measured);
            AtomicFolder.Write(Path.Combine(folder, "checkpoint"), state.Write, TrainingCheckpoint.Part);
            return new() { [RunState.FileName] = File.ReadAllBytes(Path.Combine(folder, "checkpoint", RunState.FileName)) };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
