using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Training off the caller's thread makes the steps that it makes on it.</summary>
[Trait("Device", "cpu")]
public sealed class FitAsyncTests
{
    [Fact]
    public async Task It_makes_the_same_steps_on_another_thread()
    {
        using TinyTraining straight = new(), asynchronous = new();
        int caller = Environment.CurrentManagedThreadId;
        HashSet<int> threads = [];
        List<double> losses = [];
        await foreach (TrainingStep step in asynchronous.Trainer.FitAsync(Noted(2), TestContext.Current.CancellationToken))
            losses.Add(step.Loss);
        await foreach (TrainingStep step in asynchronous.Trainer.FitAsync(TinyTraining.Batches(), 4, TestContext.Current.CancellationToken))
            losses.Add(step.Loss);

        Assert.Equal(straight.Fit(4), losses);
        Assert.NotEmpty(threads);
        Assert.DoesNotContain(caller, threads);

        IEnumerable<TrainingBatch> Noted(int count)
        {
            foreach (TrainingBatch batch in TinyTraining.Batches().From(0).Take(count))
            {
                threads.Add(Environment.CurrentManagedThreadId);
                yield return batch;
            }
        }
    }

    [Fact]
    public async Task Cancelled_between_steps_it_stands_where_it_stood()
    {
        using TinyTraining training = new();
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TrainingStep step in training.Trainer.FitAsync(TinyTraining.Batches(), 4, TestContext.Current.CancellationToken).WithCancellation(source.Token))
            {
                if (step.Number == 2)
                    await source.CancelAsync();
            }
        });
        Assert.Equal(2, training.Trainer.CompletedSteps);
    }

    [Fact]
    public async Task Cancelled_within_a_step_it_leaves_the_state_of_before()
    {
        using TinyTraining training = new(accumulation: 2);
        TrainingState before = TrainingState.Of(training.Trainer);
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TrainingStep step in training.Trainer.FitAsync(Cancelling(), source.Token))
                Assert.Fail($"Step {step.Number} was made.");
        });
        before.AssertSame(training.Trainer);

        IEnumerable<TrainingBatch> Cancelling()
        {
            yield return TinyTraining.Batches().Batch(0);
            source.Cancel();
            yield return TinyTraining.Batches().Batch(1);
        }
    }
}
