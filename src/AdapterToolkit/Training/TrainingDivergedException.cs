using System.Globalization;

namespace AdapterToolkit.Training;

/// <summary>
/// A training has diverged: a step gives numbers that are infinite or not a number. The step was not made, so that model, optimizer
/// and trainer are bit for bit what they were before it, and can be saved.
/// </summary>
public sealed class TrainingDivergedException : ArithmeticException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="step">The step that was not made, counted from one.</param>
    /// <param name="quantity">What is not finite, in words.</param>
    /// <param name="value">Its value.</param>
    public TrainingDivergedException(int step, string quantity, double value)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The training has diverged: in step {step} "
                + $"{quantity} is {value}. The step was not made. Try a lower learning rate, a longer warm-up, or clipping of gradients."))
    {
        Step = step;
        Quantity = quantity;
        Value = value;
    }

    /// <summary>The step that was not made, counted from one.</summary>
    public int Step { get; }

    /// <summary>What is not finite, in words: the loss, the norm of the gradients, or a number of a parameter after the update.</summary>
    public string Quantity { get; }

    /// <summary>The value that is not finite.</summary>
    public double Value { get; }
}
