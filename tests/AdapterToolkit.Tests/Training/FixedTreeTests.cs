using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>Losses, gradients and the trained adapter depend on the sequences of a step, not on how they are spread over batches or padded.</summary>
[Trait("Device", "cpu")]
public sealed class FixedTreeTests
{
    private const int Steps = 3, Sequences = 7;

    /// <summary>Sequences of several lengths, one of which has no label that scores.</summary>
    private static readonly TrainingSequence[] s_sequences =
    [
        .. Enumerable.Range(0, Steps * Sequences).Select(i =>
        {
            int[] ids = [.. Enumerable.Range(0, 2 + (i * 5 % 38)).Select(position => ((i * 11) + (position * 7)) % 50)];
            return i % Sequences == 2 ? new TrainingSequence(ids, ids.Select(_ => -100).ToArray()) : new TrainingSequence(ids);
        }),
    ];

    [Theory]
    [InlineData(1, false, true)]
    [InlineData(1, true, true)]
    [InlineData(2, false, false)]
    [InlineData(3, true, false)]
    [InlineData(4, false, true)]
    [InlineData(7, false, false)]
    public void However_sequences_are_spread_over_batches_the_bits_are_those_of_one_batch(int size, bool recomputes, bool ragged)
    {
        Result one = Train(Sequences, ragged: false, recomputes: false, threads: 1), other = Train(size, ragged, recomputes, threads: 2);

        Assert.Equal(one.Losses, other.Losses);
        Assert.Equal(one.Norms, other.Norms);
        Assert.NotEmpty(one.Numbers);
        foreach ((string name, float[] numbers) in one.Numbers)
            Assert.True(numbers.AsSpan().SequenceEqual(other.Numbers[name]), $"The numbers of '{name}' differ.");
    }

    [Fact]
    public void Once_the_optimizer_has_its_moments_no_memory_is_allocated_and_no_sum_is_kept()
    {
        using TinyTraining training = new(accumulation: 5);
        training.Fit(2);
        ComputeDevice device = training.Model.Device;
        long allocated = device.Pool.AllocatedBytes, held = device.HeldBytes;
        training.Fit(4);
        Assert.Equal((allocated, held), (device.Pool.AllocatedBytes, device.HeldBytes));
    }

    private static Result Train(int size, bool ragged, bool recomputes, int threads)
    {
        using CpuDevice device = new(threads);
        using TrainedNormLlama model = TrainedNormLlama.Load(Fixtures.PathOf("llama-tiny", "base"), device);
        model.Adapter.Initialize(3);
        using AdamW optimizer = new(1e-2f);
        Trainer trainer = new(model, optimizer) { AccumulationSteps = (Sequences + size - 1) / size, RecomputesBlocks = recomputes };
        TrainingStep[] steps =
        [
            .. s_sequences.Chunk(Sequences).Select(step =>
                trainer.Step([.. step.Chunk(size).Select(chosen => BatchOf(chosen, ragged))], TestContext.Current.CancellationToken)),
        ];
        Dictionary<string, float[]> numbers = [];
        foreach (Parameter parameter in model.TrainableParameters)
        {
            numbers.Add(parameter.Name, parameter.Value.ToArray());
            numbers.Add($"the gradient of {parameter.Name}", parameter.Gradient!.ToArray());
        }

        return new Result([.. steps.Select(step => step.Loss)], [.. steps.Select(step => step.GradientNorm)], numbers);
    }

    private static TrainingBatch BatchOf(TrainingSequence[] sequences, bool ragged) => !ragged
        ? TrainingBatch.Of(sequences)
        : new TrainingBatch(
            new TokenIds(
                [.. sequences.SelectMany(sequence => sequence.Ids.ToArray())], [.. sequences.Select(sequence => sequence.Ids.Length)]),
            [.. sequences.SelectMany(sequence => sequence.Labels.ToArray())]);

    private sealed record Result(double[] Losses, double[] Norms, Dictionary<string, float[]> Numbers);
}
