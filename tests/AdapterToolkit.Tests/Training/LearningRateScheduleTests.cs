using AdapterToolkit.Optimizers;
using Xunit;

namespace AdapterToolkit.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void A_constant_rate_stays_full() =>
        Assert.Equal([1, 1, 1], Factors(LearningRateSchedule.Constant(), 0, 1, 1000));

    [Fact]
    public void A_warm_up_grows_from_zero_in_a_straight_line() =>
        Assert.Equal([0, 0.25, 0.5, 0.75, 1, 1], Factors(LearningRateSchedule.Constant(warmUpSteps: 4), 0, 1, 2, 3, 4, 5));

    [Fact]
    public void A_linear_decay_falls_to_zero_after_its_last_step() =>
        Assert.Equal([0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0], Factors(LearningRateSchedule.Linear(steps: 6, warmUpSteps: 2), 0, 1, 2, 3, 4, 5, 6, 7));

    [Fact]
    public void A_linear_decay_without_warm_up_starts_full() =>
        Assert.Equal([1, 0.9, 0.1, 0], Factors(LearningRateSchedule.Linear(steps: 10), 0, 1, 9, 10));

    [Fact]
    public void A_cosine_decay_is_half_a_period()
    {
        double[] expected = [0, 1, Math.Round((1 + Math.Cos(Math.PI / 4)) / 2, 15), 0.5, Math.Round((1 + Math.Cos(3 * Math.PI / 4)) / 2, 15), 0];
        Assert.Equal(expected, Factors(LearningRateSchedule.Cosine(steps: 5, warmUpSteps: 1), 0, 1, 2, 3, 4, 5));
    }

    [Fact]
    public void A_warm_up_longer_than_the_training_is_all_warm_up() =>
        Assert.Equal([0, 0.1, 0.2], Factors(LearningRateSchedule.Linear(steps: 3, warmUpSteps: 10), 0, 1, 2));

    [Fact]
    public void Negative_numbers_of_steps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Linear(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant().Factor(-1));
    }

    private static double[] Factors(LearningRateSchedule schedule, params int[] steps) =>
        [.. steps.Select(step => Math.Round(schedule.Factor(step), 15))];
}
