using System.Collections;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>A cancelled training stands where it stood before the step that was cancelled, and goes on from there.</summary>
[Trait("Device", "cpu")]
public sealed class CancellationTests
{
    [Fact]
    public void Between_steps_it_ends_the_training_which_goes_on_with_the_same_losses()
    {
        using TinyTraining straight = new(), stopped = new();
        double[] losses = straight.Fit(4);
        using CancellationTokenSource source = new();
        List<double> before = [];

        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (TrainingStep step in stopped.Trainer.Fit(TinyTraining.Batches(), 4, source.Token))
            {
                before.Add(step.Loss);
                if (step.Number == 2)
                    source.Cancel();
            }
        });

        Assert.Equal(2, stopped.Trainer.CompletedSteps);
        before.AddRange(stopped.Fit(4));
        Assert.Equal(losses, before);
    }

    [Fact]
    public void Within_a_step_it_leaves_the_state_of_before()
    {
        using TinyTraining straight = new(accumulation: 2), stopped = new(accumulation: 2);
        TrainingBatch[] batches = [.. TinyTraining.Batches().From(0).Take(4)];
        straight.Trainer.Step(batches[..2], TestContext.Current.CancellationToken);
        stopped.Trainer.Step(batches[..2], TestContext.Current.CancellationToken);
        TrainingState before = TrainingState.Of(stopped.Trainer);
        using CancellationTokenSource source = new();

        Assert.Throws<OperationCanceledException>(() => stopped.Trainer.Step(new CancellingList(batches[2..], source), source.Token));

        before.AssertSame(stopped.Trainer);
        Assert.Equal(straight.Trainer.Step(batches[2..], TestContext.Current.CancellationToken).Loss,
            stopped.Trainer.Step(batches[2..], TestContext.Current.CancellationToken).Loss);
        TrainingState.Of(straight.Trainer).AssertSame(stopped.Trainer);
    }

    [Fact]
    public void Before_the_first_step_none_is_made()
    {
        using TinyTraining training = new();
        CancellationToken cancelled = new(canceled: true);

        Assert.Throws<OperationCanceledException>(() => training.Trainer.Fit(TinyTraining.Batches(), 4, cancelled).Count());
        Assert.Throws<OperationCanceledException>(() => training.Trainer.Fit(TinyTraining.Batches().From(0), cancelled).First());

        Assert.Equal(0, training.Trainer.CompletedSteps);
    }

    [Fact]
    public void Every_step_is_logged()
    {
        ListLogger logger = new();
        using TinyTraining training = new(logger: logger);

        double[] losses = training.Fit(2);

        Assert.Equal([LogLevel.Debug, LogLevel.Debug], logger.Entries.Select(entry => entry.Level));
        Assert.StartsWith(FormattableString.Invariant($"Step 2: loss {losses[1]}"), logger.Entries[1].Text, StringComparison.Ordinal);
    }

    /// <summary>Batches that cancel when the second one is used.</summary>
    private sealed class CancellingList(TrainingBatch[] batches, CancellationTokenSource source) : IReadOnlyList<TrainingBatch>
    {
        public int Count => batches.Length;

        public TrainingBatch this[int index]
        {
            get
            {
                if (index > 0)
                    source.Cancel();
                return batches[index];
            }
        }

        public IEnumerator<TrainingBatch> GetEnumerator() => batches.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
