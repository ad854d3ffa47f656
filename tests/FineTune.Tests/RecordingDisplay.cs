using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune.Tests;

/// <summary>Keeps what a run shows.</summary>
internal sealed class RecordingDisplay : IDisplay, ITrainingProgress
{
    /// <summary>The lines so far.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>What the training has changed; null before the end.</summary>
    public Outcome? Outcome { get; private set; }

    /// <summary>The step at which the run ends with a <see cref="TimeoutException"/>, as if it had been killed; zero for none.</summary>
    public int DiesAt { get; init; }

    public void ShowSummary(RunSummary summary)
    {
    }

    public void ShowLine(string text) => Lines.Add(text);

    public void ShowTraining(int completed, int steps, Action<ITrainingProgress> train) => train(this);

    public void ShowOutcome(Outcome outcome) => Outcome = outcome;

    public void Report(TrainingStep step)
    {
        if (step.Number == DiesAt)
            throw new TimeoutException();
    }

    public void Report(HeldOutPoint point)
    {
    }
}
