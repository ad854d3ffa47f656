namespace AdapterToolkit.Optimizers;

/// <summary>
/// How the learning rate changes from step to step: a warm-up, in which it grows in a straight line from zero, and then a
/// constant rate or a decay.
/// </summary>
/// <remarks>
/// The numbers are those of Hugging Face transformers (<c>get_constant_schedule_with_warmup</c>,
/// <c>get_linear_schedule_with_warmup</c>, <c>get_cosine_schedule_with_warmup</c>). Steps count from zero: with a warm-up the
/// first step's rate is zero, and a decay would reach zero in the step after the last one.
/// </remarks>
public abstract record LearningRateSchedule
{
    private LearningRateSchedule(int warmUpSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(warmUpSteps);
        WarmUpSteps = warmUpSteps;
    }

    /// <summary>How many steps the rate takes to grow to its full size.</summary>
    public int WarmUpSteps { get; }

    /// <summary>The full rate in every step after the warm-up.</summary>
    /// <param name="warmUpSteps">The length of the warm-up.</param>
    public static LearningRateSchedule Constant(int warmUpSteps = 0) => new ConstantRate(warmUpSteps);

    /// <summary>After the warm-up the rate falls in a straight line to zero.</summary>
    /// <param name="steps">How many steps the training takes, warm-up included.</param>
    /// <param name="warmUpSteps">The length of the warm-up.</param>
    public static LearningRateSchedule Linear(int steps, int warmUpSteps = 0) => new LinearDecay(steps, warmUpSteps);

    /// <summary>After the warm-up the rate falls to zero as half a period of a cosine does.</summary>
    /// <param name="steps">How many steps the training takes, warm-up included.</param>
    /// <param name="warmUpSteps">The length of the warm-up.</param>
    public static LearningRateSchedule Cosine(int steps, int warmUpSteps = 0) => new CosineDecay(steps, warmUpSteps);

    /// <summary>The schedule in words, with all that its numbers depend on.</summary>
    public sealed override string ToString() => $"{Description}, {WarmUpSteps} of them warm-up";

    private protected abstract string Description { get; }

    /// <summary>What the learning rate is multiplied by.</summary>
    /// <param name="step">The step, counted from zero.</param>
    /// <returns>A number from 0 to 1.</returns>
    public double Factor(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return step < WarmUpSteps ? (double)step / WarmUpSteps : FactorAfterWarmUp(step);
    }

    private protected abstract double FactorAfterWarmUp(int step);

    private sealed record ConstantRate(int WarmUp) : LearningRateSchedule(WarmUp)
    {
        private protected override string Description => "constant in all steps";

        private protected override double FactorAfterWarmUp(int step) => 1;
    }

    private abstract record Decay : LearningRateSchedule
    {
        private readonly int _steps;

        protected Decay(int steps, int warmUp)
            : base(warmUp)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(steps);
            _steps = steps;
        }

        private protected abstract double Curve(double progress);

        private protected override double FactorAfterWarmUp(int step) =>
            step >= _steps ? 0 : Curve((double)(step - WarmUpSteps) / Math.Max(1, _steps - WarmUpSteps));
    }

    private sealed record LinearDecay(int Steps, int WarmUp) : Decay(Steps, WarmUp)
    {
        private protected override string Description => $"linear over {Steps} steps";

        private protected override double Curve(double progress) => 1 - progress;
    }

    private sealed record CosineDecay(int Steps, int WarmUp) : Decay(Steps, WarmUp)
    {
        private protected override string Description => $"cosine over {Steps} steps";

        private protected override double Curve(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
