using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using UsersCode;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>An optimizer that a user wrote trains, is saved and resumes as the toolkit's own does.</summary>
[Trait("Device", "cpu")]
public sealed class UserOptimizerTests
{
    [Fact]
    public void It_lowers_the_loss_and_resumes_to_the_bit()
    {
        using TemporaryFolder folder = new();
        using Run straight = new(0.9), stopped = new(0.9), resumed = new(0.9);
        double[] losses = straight.Fit(6);
        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));

        List<double> parts = [.. stopped.Fit(3)];
        TrainingCheckpoint.Save(folder["checkpoint"], stopped.Trainer, TinyTraining.Batches());
        Assert.Empty(TrainingCheckpoint.Restore(folder["checkpoint"], resumed.Trainer, TinyTraining.Batches()));
        parts.AddRange(resumed.Fit(6));

        Assert.Equal(losses, parts);
        Assert.Equal(straight.Numbers(), resumed.Numbers());
    }

    [Fact]
    public void Another_optimizer_or_setting_is_refused()
    {
        using TemporaryFolder folder = new();
        using Run saved = new(0.9), other = new(0.8);
        using AdamW adam = new(1e-2f);
        saved.Fit(1);
        TrainingCheckpoint.Save(folder["checkpoint"], saved.Trainer, TinyTraining.Batches());

        Assert.Contains("'momentum'", Refusal(other.Trainer), StringComparison.Ordinal);
        Assert.Contains("AdamW", Refusal(new Trainer(other.Model, adam)), StringComparison.Ordinal);

        string Refusal(Trainer trainer) =>
            Assert.Throws<CheckpointException>(() => TrainingCheckpoint.Restore(folder["checkpoint"], trainer, TinyTraining.Batches())).Message;
    }

    [Fact]
    public void A_step_that_it_refuses_is_not_made_and_names_the_tensor()
    {
        using Run run = new(0.9, learningRate: double.MaxValue);
        float[][] before = run.Numbers();
        TrainingDivergedException refused = Assert.Throws<TrainingDivergedException>(() => run.Fit(1));
        Assert.Contains("lora_A", refused.Quantity, StringComparison.Ordinal);
        Assert.Equal(before, run.Numbers());
        Assert.Equal(0, run.Trainer.CompletedSteps);
    }

    private sealed class Run : IDisposable
    {
        private readonly CpuDevice _device = new(threads: 1);

        public Run(double beta, double learningRate = 0.1)
        {
            Model = LlamaModel.Load(TinyLlama.Folder, _device, WeightStorage.Dense);
            Model.Adapter.Initialize(3);
            Trainer = new Trainer(Model, new Momentum(learningRate, beta));
        }

        public LlamaModel Model { get; }

        public Trainer Trainer { get; }

        public double[] Fit(int steps) =>
            [.. Trainer.Fit(TinyTraining.Batches(), steps, TestContext.Current.CancellationToken).Select(step => step.Loss)];

        public float[][] Numbers() => [.. Model.TrainableParameters.Select(parameter => parameter.Value.ToArray())];

        public void Dispose()
        {
            Model.Dispose();
            _device.Dispose();
        }
    }
}
