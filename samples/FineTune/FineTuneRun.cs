using AdapterToolkit.Formats;
using FineTune.Display;

namespace FineTune;

/// <summary>
/// A run as the command line asks for it: takes the output folder before anything is read or put in order, takes up the options of a training that
/// goes on, and does the job.
/// </summary>
/// <param name="options">What the user asks for.</param>
/// <param name="given">The names of the options that the user gave.</param>
/// <param name="display">Where it is shown.</param>
/// <param name="interruption">Tells when the user wants to stop.</param>
internal sealed class FineTuneRun(FineTuneOptions options, IReadOnlySet<string> given, IDisplay display, Interruption interruption)
{
    /// <summary>Does it all.</summary>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="UserException">Something is amiss that the user can put right.</exception>
    /// <exception cref="CheckpointException">A file is not as it should be, or another run has the folder of the checkpoint.</exception>
    public int Run() => options.Resume is { } checkpoint ? GoOn(checkpoint) : Start();

    private int Start()
    {
        using OutputFolder output = OutputFolder.Open(options, display);
        return new FineTuneJob(options, resumed: null, output, display, interruption).Run();
    }

    private int GoOn(string checkpoint)
    {
        RunState.RequireCheckpoint(checkpoint);
        FolderLock.ThrowIfHeld(OutputFolder.Of(checkpoint));
        using OutputFolder output = OutputFolder.Take(options.Output, display);
        RunState state = RunState.Read(checkpoint);
        FineTuneOptions complete = state.Complete(options, given);
        output.Prepare(complete);
        return new FineTuneJob(complete, state, output, display, interruption).Run();
    }
}
