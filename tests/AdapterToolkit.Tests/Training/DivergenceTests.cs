using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>No step is made that gives numbers which are not finite, and all is as it was before it.</summary>
[Trait("Device", "cpu")]
public sealed class DivergenceTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(8)]
    public void An_update_that_overflows_is_not_made(int bits)
    {
        ListLogger logger = new();
        using TinyTraining training = new(new AdamW(1e38f) { StateBits = bits, MinimumSize = 0 }, LearningRateSchedule.Constant(warmUpSteps: 1), logger: logger);
        training.Fit(1);
        TrainingState before = TrainingState.Of(training.Trainer);

        TrainingDivergedException error = Assert.Throws<TrainingDivergedException>(() => training.Fit(4));

        Assert.Equal(2, error.Step);
        Assert.False(double.IsFinite(error.Value));
        Assert.Contains("lora_", error.Quantity, StringComparison.Ordinal);
        Assert.Contains("step 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(logger.Entries, entry => entry.Level == LogLevel.Error);
        before.AssertSame(training.Trainer);

        // It is noticed again, and what can be saved is the state before.
        Assert.Throws<TrainingDivergedException>(() => training.Fit(4));
        before.AssertSame(training.Trainer);
        using TemporaryFolder folder = new();
        training.Model.Adapter.Save(folder["adapter"]);
    }

    [Fact]
    public void A_first_update_that_overflows_leaves_an_optimizer_without_moments()
    {
        using TinyTraining training = new(new AdamW(1e38f));

        Assert.Equal(1, Assert.Throws<TrainingDivergedException>(() => training.Fit(1)).Step);

        Assert.Equal(0, training.Optimizer.Bytes);
        Assert.Equal((0, 0L), (training.Trainer.CompletedSteps, training.Trainer.ConsumedBatches));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_noticed_before_the_update()
    {
        using TinyTraining training = new();
        training.Fit(2);
        Parameter parameter = training.Model.TrainableParameters[1];
        parameter.Value.CopyFrom([.. Enumerable.Repeat(1e38f, parameter.Value.Shape.Elements)]);
        TrainingState before = TrainingState.Of(training.Trainer);

        TrainingDivergedException error = Assert.Throws<TrainingDivergedException>(() => training.Fit(3));

        Assert.Equal((3, "the loss"), (error.Step, error.Quantity));
        Assert.False(double.IsFinite(error.Value));
        before.AssertSame(training.Trainer);
    }

    [Theory]
    [InlineData(1e38, "the norm of the gradients")]
    [InlineData(1e20, "lora_B")]
    public void Gradients_that_overflow_beside_a_finite_loss_are_noticed_before_the_update(double scaling, string quantity)
    {
        using TinyTraining training = new();
        Linear layer = training.Model.LinearLayers.First();
        float[] a = [.. Enumerable.Repeat(1e6f, layer.LowRank!.Rank * layer.InFeatures)];
        layer.SetFactors(new LowRankFactors(training.Model.Device, layer.CheckpointPath, layer.LowRank, layer.LowRank.Rank, scaling * layer.LowRank.Rank, false, a, new float[layer.OutFeatures * layer.LowRank.Rank]));
        TrainingBatch batch = TinyTraining.Batches().Batch(0);
        Assert.True(double.IsFinite(training.Model.Loss(batch.Tokens, batch.Labels).Mean));
        TrainingState before = TrainingState.Of(training.Trainer);

        TrainingDivergedException error = Assert.Throws<TrainingDivergedException>(() => training.Fit(1));

        Assert.Contains(quantity, error.Quantity, StringComparison.Ordinal);
        before.AssertSame(training.Trainer);
    }

    [Fact]
    public void An_epsilon_of_zero_that_divides_zero_by_zero_is_noticed()
    {
        using TinyTraining training = new(new AdamW(1e-2f, epsilon: 0));
        TrainingState before = TrainingState.Of(training.Trainer);

        // The first gradient of every A is zero, since B is.
        TrainingDivergedException error = Assert.Throws<TrainingDivergedException>(() => training.Fit(1));

        Assert.Contains("lora_A", error.Quantity, StringComparison.Ordinal);
        Assert.True(double.IsNaN(error.Value));
        before.AssertSame(training.Trainer);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(8)]
    public void A_step_made_on_trial_gives_the_bits_of_one_that_is_not(int bits)
    {
        using CpuDevice device = new(threads: 1);
        float[] values = [.. Enumerable.Range(0, 600).Select(i => MathF.Sin(i))], gradient = [.. Enumerable.Range(0, 600).Select(i => MathF.Cos(3 * i))];
        using Parameter plain = new(Tensor.From(device, new Shape(2, 300), values), "p"), tried = new(Tensor.From(device, new Shape(2, 300), values), "p");
        using AdamW first = new(1e-2f) { StateBits = bits, MinimumSize = 0 }, second = new(1e-2f) { StateBits = bits, MinimumSize = 0 };
        for (int step = 0; step < 3; step++)
        {
            plain.AccumulatedGradient.CopyFrom(gradient);
            tried.AccumulatedGradient.CopyFrom(gradient);
            first.Step([plain], 1e-2);

            // So large a norm makes the bound useless.
            Assert.Null(second.StepIfFinite([tried], 1e-2, 1, gradientNorm: 1e30));
        }

        Assert.Equal(plain.Value.ToArray(), tried.Value.ToArray());
    }

    [Fact]
    public void A_high_rate_that_overflows_nothing_trains_until_the_loss_is_not_finite()
    {
        using TinyTraining training = new(new AdamW(1e20f, weightDecay: 0));

        TrainingDivergedException error = Assert.Throws<TrainingDivergedException>(() => training.Fit(5));

        Assert.InRange(error.Step, 2, 3);
        Assert.All(training.Model.TrainableParameters, parameter => Assert.True(FiniteNumbers.AreAll(parameter.Value.ToArray())));
    }

    [Theory]
    [InlineData(float.NaN, 0.9, 0.999, 1e-8, 0)]
    [InlineData(float.PositiveInfinity, 0.9, 0.999, 1e-8, 0)]
    [InlineData(1, double.NaN, 0.999, 1e-8, 0)]
    [InlineData(1, 0.9, 1, 1e-8, 0)]
    [InlineData(1, 0.9, 0.999, double.PositiveInfinity, 0)]
    [InlineData(1, 0.9, 0.999, 1e-8, double.NaN)]
    [InlineData(1, 0.9, 0.999, 1e-8, -1)]
    public void A_setting_that_is_not_finite_is_refused(float learningRate, double beta1, double beta2, double epsilon, double weightDecay) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(learningRate, beta1, beta2, epsilon, weightDecay));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    public void A_norm_to_clip_to_that_is_no_positive_number_is_refused(float norm)
    {
        using TinyTraining training = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => new Trainer(training.Model, training.Optimizer) { MaximumGradientNorm = norm });
    }
}
