using AdapterToolkit.Training;

namespace FineTune.Display;

/// <summary>Shows nothing: standard output is kept for the report.</summary>
internal sealed class SilentDisplay : IDisplay, ITrainingProgress
{
    /// <inheritdoc/>
    public void ShowSummary(RunSummary summary)
    {
    }

    /// <inheritdoc/>
    public void ShowLine(string text) => Console.Error.WriteLine(text);

    /// <inheritdoc/>
    public void ShowTraining(int completed, int steps, Action<ITrainingProgress> train) => train(this);

    /// <inheritdoc/>
    public void ShowOutcome(Outcome outcome)
    {
    }

    /// <inheritdoc/>
    public void Report(TrainingStep step)
    {
    }

    /// <inheritdoc/>
    public void Report(HeldOutPoint point)
    {
    }
}
