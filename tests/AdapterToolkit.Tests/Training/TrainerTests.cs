using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Training of the tiny model among the golden cases.</summary>
[Trait("Device", "cpu")]
public sealed class TrainerTests
{
    private const int Seed = 3;
    private const int Steps = 6;
    private const float LearningRate = 1e-2f;

    [Fact]
    public void Training_lowers_the_loss()
    {
        using CpuDevice device = new(threads: 2);
        double[] losses = Train(device, Batches(), Steps);
        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
    }

    [Fact]
    public void Two_runs_give_the_same_bits()
    {
        using CpuDevice device = new(threads: 2);
        Assert.Equal(Train(device, Batches(), Steps), Train(device, Batches(), Steps));
    }

    [Fact]
    public void A_fresh_adapter_leaves_the_logits_bit_for_bit()
    {
        using CpuDevice device = new(threads: 2);
        using LlamaModel model = LlamaModel.Load(BaseFolder, device, WeightStorage.Dense);
        TokenIds tokens = Batches().Batch(0).Tokens;
        float[] without = model.Logits(tokens);

        model.Adapter.Initialize(Seed);

        Assert.Equal(without, model.Logits(tokens));
    }

    [Fact]
    public void A_resumed_training_gives_the_losses_of_an_uninterrupted_one()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 2);
        ShuffledBatches batches = Batches();
        double[] uninterrupted = Train(device, batches, Steps);

        List<double> losses = [];
        using (LlamaModel model = LoadModel(device))
        using (AdamW optimizer = new(LearningRate))
        {
            Trainer trainer = TrainerOf(model, optimizer);
            losses.AddRange(trainer.Fit(batches, 3, TestContext.Current.CancellationToken).Select(step => step.Loss));
            TrainingCheckpoint.Save(folder["checkpoint"], trainer, batches);
        }

        using (LlamaModel model = LlamaModel.Load(BaseFolder, device, WeightStorage.Dense))
        using (AdamW optimizer = new(LearningRate))
        {
            Trainer trainer = TrainerOf(model, optimizer);
            TrainingCheckpoint.Restore(folder["checkpoint"], trainer, batches);
            losses.AddRange(trainer.Fit(batches, Steps, TestContext.Current.CancellationToken).Select(step => step.Loss));
        }

        Assert.Equal(uninterrupted, losses);
    }

    [Fact]
    public void Moments_in_8_bits_train_as_those_in_32_do_and_resume_exactly()
    {
        const int many = 30;
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 2);
        ShuffledBatches batches = Batches();
        double[] full = Train(device, batches, many);
        List<double> losses = [];
        using (LlamaModel model = LoadModel(device))
        using (AdamW optimizer = EightBit())
        {
            Trainer trainer = TrainerOf(model, optimizer);
            losses.AddRange(trainer.Fit(batches, many / 2, TestContext.Current.CancellationToken).Select(step => step.Loss));
            TrainingCheckpoint.Save(folder["checkpoint"], trainer, batches);
            losses.AddRange(trainer.Fit(batches, many, TestContext.Current.CancellationToken).Select(step => step.Loss));
        }

        Assert.Equal(many, losses.Count);
        for (int step = 0; step < many; step++)
            Assert.Equal(full[step], losses[step], 0.01 * full[step]);

        using (LlamaModel model = LlamaModel.Load(BaseFolder, device, WeightStorage.Dense))
        using (AdamW optimizer = EightBit())
        {
            Trainer trainer = TrainerOf(model, optimizer);
            TrainingCheckpoint.Restore(folder["checkpoint"], trainer, batches);
            Assert.Equal(losses[(many / 2)..], trainer.Fit(batches, many, TestContext.Current.CancellationToken).Select(step => step.Loss));
        }

        static AdamW EightBit() => new(LearningRate) { StateBits = 8, MinimumSize = 0 };
    }

    [Fact]
    public void A_checkpoint_is_refused_with_other_data()
    {
        using TemporaryFolder folder = new();
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LoadModel(device);
        using AdamW optimizer = new(LearningRate);
        Trainer trainer = TrainerOf(model, optimizer);
        TrainingCheckpoint.Save(folder["checkpoint"], trainer, Batches());

        CheckpointException data = Assert.Throws<CheckpointException>(() => TrainingCheckpoint.Restore(folder["checkpoint"], trainer, Batches(length: 7)));
        CheckpointException seed = Assert.Throws<CheckpointException>(() => TrainingCheckpoint.Restore(folder["checkpoint"], trainer, Batches(seed: Seed + 1)));

        Assert.Contains("'data'", data.Message, StringComparison.Ordinal);
        Assert.Contains("'seed'", seed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Accumulated_gradients_are_those_of_one_batch_that_holds_all_however_labels_are_spread()
    {
        using CpuDevice device = new(threads: 1);
        TrainingSequence full = new(new[] { 5, 6, 7, 8, 9, 10, 11, 12 });
        TrainingSequence sparse = new(new[] { 9, 8, 7, 6 }, new[] { -100, -100, -100, 6 });
        using LlamaModel together = LoadModel(device);
        using AdamW firstOptimizer = new(LearningRate);
        using LlamaModel apart = LoadModel(device);
        using AdamW secondOptimizer = new(LearningRate);

        TrainingStep one = TrainerOf(together, firstOptimizer).Step([TrainingBatch.Of([full, sparse])], TestContext.Current.CancellationToken);
        TrainingStep two = Assert.Single(new Trainer(apart, secondOptimizer)
        {
            AccumulationSteps = 2,
        }.Fit([TrainingBatch.Of([full]), TrainingBatch.Of([sparse])], TestContext.Current.CancellationToken));

        Assert.Equal(one.Loss, two.Loss, 1e-5);
        Assert.Equal(one.GradientNorm, two.GradientNorm, 1e-4 * one.GradientNorm);
        Assert.Equal(one.Tokens, two.Tokens);
    }

    [Fact]
    public void Clipping_caps_the_update_but_not_the_reported_norm()
    {
        using CpuDevice device = new(threads: 1);
        double[] norms = [.. new[] { float.PositiveInfinity, 1e-3f }.Select(maximum =>
        {
            using LlamaModel model = LoadModel(device);
            using AdamW optimizer = new(LearningRate, epsilon: 1);
            TrainingStep step = new Trainer(model, optimizer)
            {
                MaximumGradientNorm = maximum,
            }.Step([Batches().Batch(0)], TestContext.Current.CancellationToken);
            return step.GradientNorm;
        })];

        Assert.Equal(norms[0], norms[1]);
        Assert.True(norms[0] > 1e-3);
    }

    [Fact]
    public void Gradient_checkpointing_of_blocks_gives_the_same_losses()
    {
        using CpuDevice device = new(threads: 2);
        double[] kept = Train(device, Batches(), Steps);
        using LlamaModel model = LoadModel(device);
        using AdamW optimizer = new(LearningRate);
        Trainer trainer = new(model, optimizer) { RecomputesBlocks = true };

        Assert.True(trainer.RecomputesBlocks);
        Assert.Equal(kept, trainer.Fit(Batches(), Steps, TestContext.Current.CancellationToken).Select(step => step.Loss));
    }

    [Fact]
    public void The_schedule_decides_on_the_learning_rate()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LoadModel(device);
        using AdamW optimizer = new(learningRate: 1);
        Trainer trainer = new(model, optimizer) { Schedule = LearningRateSchedule.Linear(4, warmUpSteps: 2) };

        Assert.Equal([0, 0.5, 1, 0.5], trainer.Fit(Batches(), 4, TestContext.Current.CancellationToken).Select(step => step.LearningRate));
    }

    [Fact]
    public void A_batch_without_a_scoring_label_is_refused()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LoadModel(device);
        using AdamW optimizer = new();
        TrainingBatch nothing = TrainingBatch.Of([new TrainingSequence(new[] { 1, 2 }, new[] { 1, -100 })]);

        Assert.Throws<ArgumentException>(() => new Trainer(model, optimizer).Step([nothing], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_held_out_loss_weighs_every_label_alike()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LoadModel(device);
        TrainingSequence[] sequences = [new(new[] { 5, 6, 7, 8, 9 }), new(new[] { 9, 8 }), new(new[] { 4, 4, 4 })];
        TrainingBatch all = TrainingBatch.Of(sequences);

        Assert.Equal(model.Loss(all.Tokens, all.Labels).Mean, HeldOutLoss.Of(model, sequences, batchSize: 2), 1e-5);
    }

    private static string BaseFolder => Fixtures.PathOf("llama-tiny", "base");

    private static LlamaModel LoadModel(ComputeDevice device)
    {
        LlamaModel model = LlamaModel.Load(BaseFolder, device, WeightStorage.Dense);
        model.Adapter.Initialize(Seed);
        return model;
    }

    private static Trainer TrainerOf(LlamaModel model, AdamW optimizer) => new(model, optimizer);

    private static double[] Train(ComputeDevice device, ShuffledBatches batches, int steps)
    {
        using LlamaModel model = LoadModel(device);
        using AdamW optimizer = new(LearningRate);
        return [.. TrainerOf(model, optimizer).Fit(batches, steps, TestContext.Current.CancellationToken).Select(step => step.Loss)];
    }

    private static ShuffledBatches Batches(int length = 8, int seed = Seed)
    {
        RandomSequence random = new(1);
        int[] stream = [.. Enumerable.Range(0, 10 * length).Select(_ => random.NextInt(50))];
        return new ShuffledBatches(TokenStream.Windows(stream, length), batchSize: 3, seed);
    }
}
