using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Batches of which little or nothing is to be learned, and numbers of steps at their bounds.</summary>
[Trait("Device", "cpu")]
public sealed class BatchEdgeTests
{
    private static TrainingBatch Scoring => TrainingBatch.Of([new TrainingSequence(new[] { 5, 6, 7, 8 })]);

    private static TrainingBatch Silent => TrainingBatch.Of([new TrainingSequence(new[] { 1, 2 }, new[] { 1, -100 })]);

    [Fact]
    public void No_steps_change_nothing()
    {
        using TinyTraining training = new();
        TrainingState before = TrainingState.Of(training.Trainer);

        Assert.Empty(training.Trainer.Fit(TinyTraining.Batches(), 0, TestContext.Current.CancellationToken));
        Assert.Empty(training.Trainer.Fit([], TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => training.Trainer.Fit(TinyTraining.Batches(), -1, TestContext.Current.CancellationToken));

        before.AssertSame(training.Trainer);
        training.Fit(2);
        Assert.Empty(training.Trainer.Fit(TinyTraining.Batches(), 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Batches_without_a_scoring_label_add_nothing_beside_others_and_count_as_used()
    {
        using TinyTraining alone = new(), beside = new(accumulation: 3);

        TrainingStep one = alone.Trainer.Step([Scoring], TestContext.Current.CancellationToken);
        TrainingStep three = Assert.Single(beside.Trainer.Fit([Silent, Scoring, Silent], TestContext.Current.CancellationToken));

        Assert.Equal((one.Loss, one.GradientNorm), (three.Loss, three.GradientNorm));
        Assert.Equal(3, beside.Trainer.ConsumedBatches);
        Assert.Equal(alone.Model.TrainableParameters[1].Value.ToArray(), beside.Model.TrainableParameters[1].Value.ToArray());
    }

    [Fact]
    public void A_step_of_which_nothing_scores_is_refused_by_its_number_and_changes_nothing()
    {
        using TinyTraining training = new();
        training.Trainer.Step([Scoring], TestContext.Current.CancellationToken);
        TrainingState before = TrainingState.Of(training.Trainer);

        ArgumentException error = Assert.Throws<ArgumentException>(() => training.Trainer.Step([Silent, Silent], TestContext.Current.CancellationToken));

        Assert.Contains("step 2", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => training.Trainer.Step([], TestContext.Current.CancellationToken));
        before.AssertSame(training.Trainer);
    }

    [Fact]
    public void The_last_step_of_an_accumulation_may_have_fewer_batches()
    {
        using TinyTraining training = new(accumulation: 2);

        Assert.Equal(2, training.Trainer.Fit([Scoring, Scoring, Scoring], TestContext.Current.CancellationToken).Count());

        Assert.Equal((2, 3L), (training.Trainer.CompletedSteps, training.Trainer.ConsumedBatches));
    }

    [Fact]
    public void Steps_that_were_asked_for_go_on_from_where_the_trainer_stands_when_they_are_made()
    {
        using TinyTraining straight = new(), asked = new();
        double[] losses = straight.Fit(3);
        IEnumerable<TrainingStep> later = asked.Trainer.Fit(TinyTraining.Batches(), 3, TestContext.Current.CancellationToken);
        asked.Fit(1);

        Assert.Equal(losses[1..], later.Select(step => step.Loss));
        Assert.Empty(later);
    }

    [Fact]
    public void Batches_beyond_what_an_array_holds_are_refused()
    {
        Assert.Contains("1000000000", Assert.Throws<ArgumentException>(() => TinyTraining.Batches(size: 1_000_000_000)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TinyTraining.Batches().Batch(long.MaxValue));
    }
}
