using AdapterToolkit.Training;
using Spectre.Console;

namespace FineTune.Display;

/// <summary>A live progress bar with the loss, the speed and the time left.</summary>
/// <param name="task">The bar.</param>
/// <param name="steps">Steps in all.</param>
internal sealed class BarProgress(ProgressTask task, int steps) : ITrainingProgress
{
    private readonly StepRate _rate = new(steps);
    private string _heldOut = "";

    /// <inheritdoc/>
    public void Report(TrainingStep step)
    {
        _rate.Add(step);
        task.Description = $"step {step.Number}/{steps}  loss {Quantity.Number(step.Loss, 3)}{_heldOut}  "
            + $"{Quantity.Number(_rate.TokensPerSecond, 0)} tokens/s  {Quantity.Duration(_rate.SecondsLeft)} left";
        task.Value = step.Number;
    }

    /// <inheritdoc/>
    public void Report(HeldOutPoint point) => _heldOut = $"  held out {Quantity.Number(point.Loss, 3)}";
}
