using AdapterToolkit.Training;

namespace FineTune.Display;

/// <summary>How fast training is, and how long it still takes, from its last steps.</summary>
/// <param name="steps">Steps in all.</param>
internal sealed class StepRate(int steps)
{
    private const int Remembered = 16;

    private readonly Queue<TrainingStep> _last = [];

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => _last.Sum(step => step.Tokens) / Math.Max(_last.Sum(step => step.Seconds), double.Epsilon);

    /// <summary>The seconds that the rest takes.</summary>
    public double SecondsLeft => _last.Count == 0 ? 0 : (steps - _last.Last().Number) * _last.Average(step => step.Seconds);

    /// <summary>Notes a step.</summary>
    /// <param name="step">The step.</param>
    public void Add(TrainingStep step)
    {
        _last.Enqueue(step);
        if (_last.Count > Remembered)
            _last.Dequeue();
    }
}
