using AdapterToolkit.Training;

namespace FineTune.Display;

/// <summary>A line every few steps, for logs.</summary>
/// <param name="steps">Steps in all.</param>
internal sealed class PlainProgress(int steps) : ITrainingProgress
{
    private const int Lines = 20;

    private readonly StepRate _rate = new(steps);
    private readonly int _every = Math.Max(1, steps / Lines);

    /// <inheritdoc/>
    public void Report(TrainingStep step)
    {
        _rate.Add(step);
        if (step.Number % _every == 0 || step.Number == steps)
            Console.WriteLine($"step {step.Number}/{steps}  loss {Quantity.Number(step.Loss, 4)}  "
                + $"{Quantity.Number(_rate.TokensPerSecond, 0)} tokens/s  {Quantity.Duration(_rate.SecondsLeft)} left");
    }

    /// <inheritdoc/>
    public void Report(HeldOutPoint point) => Console.WriteLine($"step {point.Step}/{steps}  held-out loss {Quantity.Number(point.Loss, 4)}");
}
