using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Training off the caller's thread makes the steps that it makes on it.</summary>
[Trait("Device", "cpu")]
public sealed class FitAsyncTests
{
    [Fact]
    public async Task It_makes_the_same_steps()
    {
        using TinyTraining straight = new(), asynchronous = new();
        List<double> losses = [];
        await foreach (TrainingStep step in asynchronous.Trainer.FitAsync(TinyTraining.Batches().From(0).Take(2), TestContext.Current.CancellationToken))
            losses.Add(step.Loss);
        await foreach (TrainingStep step in asynchronous.Trainer.FitAsync(TinyTraining.Batches(), 4, TestContext.Current.CancellationToken))
            losses.Add(step.Loss);
        Assert.Equal(straight.Fit(4), losses);
    }

    [Fact]
    public async Task The_caller_goes_on_while_a_step_is_made()
    {
        using TinyTraining training = new();
        using ManualResetEventSlim gate = new();
        await using IAsyncEnumerator<TrainingStep> steps = training.Trainer.FitAsync(Gated(), TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        ValueTask<bool> first = steps.MoveNextAsync();
        Assert.False(first.IsCompleted);
        gate.Set();
        Assert.True(await first);
        Assert.Equal(1, steps.Current.Number);

        IEnumerable<TrainingBatch> Gated()
        {
            Assert.True(gate.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            yield return TinyTraining.Batches().Batch(0);
        }
    }

    [Fact]
    public async Task Cancelled_between_steps_it_stands_where_it_stood()
    {
        using TinyTraining training = new();
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            IAsyncEnumerable<TrainingStep> steps = training.Trainer.FitAsync(TinyTraining.Batches(), 4, TestContext.Current.CancellationToken);
            await foreach (TrainingStep step in steps.WithCancellation(source.Token))
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
