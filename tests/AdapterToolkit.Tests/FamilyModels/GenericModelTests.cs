using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.FamilyModels;

/// <summary>A model that is generic in its projection computes what one computes that is written for it, and may stand beside one of another projection.</summary>
[Trait("Device", "cpu")]
public sealed class GenericModelTests : IDisposable
{
    private const int Steps = 3;

    private static readonly int[] s_ids = [1, 7, 3, 9, 30, 2, 11, 5, 8, 4, 6, 20];

    private readonly CpuDevice _device = new(threads: 2);
    private readonly TemporaryFolder _folder = new();

    private static TokenIds Tokens => new(2, s_ids.Length / 2, s_ids);

    private static string Adapter => Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter");

    public void Dispose()
    {
        _folder.Dispose();
        _device.Dispose();
    }

    [Theory]
    [InlineData(WeightStorage.AsMarked, false)]
    [InlineData(WeightStorage.AsMarked, true)]
    [InlineData(WeightStorage.Dense, false)]
    [InlineData(WeightStorage.Dense, true)]
    public void A_generic_model_does_what_a_written_one_does_bit_for_bit(WeightStorage storage, bool recomputes)
    {
        using LlamaModel generic = LlamaModel.Load(TinyLlama.Folder, _device, storage);
        using WrittenLlama written = new(LlamaConfig.FromFolder(TinyLlama.Folder));
        written.LoadCheckpoint(TinyLlama.Folder, _device, storage);
        Assert.Equal(generic.BaseIdentity, written.BaseIdentity);
        foreach (Module block in generic.Blocks.Concat<Module>(written.Blocks))
            block.RecomputesForward = recomputes;

        Results one = Train(generic, "generic"), other = Train(written, "written");

        Assert.Contains(one.Gradients, gradient => gradient.Any(number => number != 0));
        Assert.Equal(one.Logits, other.Logits);
        Assert.Equal(one.Gradients, other.Gradients);
        Assert.Equal(one.Losses, other.Losses);
        Assert.Equal(one.Adapter, other.Adapter);
        Assert.Equal(one.LogitsAfter, other.LogitsAfter);
        Assert.Equal(one.Merged, other.Merged);
        using LlamaModel merged = LlamaModel.Load(_folder["generic-merged"], _device, WeightStorage.Dense);
        Assert.Equal(one.LogitsAfter, merged.Logits(Tokens));
    }

    [Fact]
    public void Two_models_of_two_projections_stand_beside_each_other()
    {
        using LanguageModel quantized = CausalModel.Load<Projection>(TinyLlama.Folder, _device);
        using LanguageModel dense = CausalModel.Load<DenseProjection>(TinyLlama.Folder, _device);
        using LanguageModel again = CausalModel.Load<Projection>(TinyLlama.Folder, _device, WeightStorage.Dense);
        using LanguageModel frozen = CausalModel.Load<FrozenProjection>(TinyLlama.Folder, _device);
        using LanguageModel handMade = CausalModel.Load<HandMadeProjection>(TinyLlama.Folder, _device);
        Assert.IsType<LlamaModel<DenseProjection>>(dense);
        Assert.All(quantized.LinearLayers, layer => Assert.Equal((8, 4), (layer.LowRank!.Rank, layer.Weight.Format.Bits)));
        Assert.All(dense.LinearLayers, layer => Assert.Equal((4, WeightFormat.FullPrecision), (layer.LowRank!.Rank, layer.Weight.Format)));
        Assert.All(frozen.LinearLayers, layer => Assert.Null(layer.LowRank));
        Assert.Equal(dense.Logits(Tokens), frozen.Logits(Tokens));
        Assert.Equal(quantized.Logits(Tokens), handMade.Logits(Tokens));

        // The adapter has rank 4: it fills the dense model's factors, and half of the other's.
        float[] before = dense.Logits(Tokens);
        dense.Adapter.Load(Adapter);
        again.Adapter.Load(Adapter);
        float[] after = dense.Logits(Tokens);
        Assert.NotEqual(before, after);
        Assert.All(after.Zip(again.Logits(Tokens)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(Losses(dense), Losses(again), (left, right) => Math.Abs(left - right) < 1e-4);
    }

    [Fact]
    public void Messages_write_a_generic_class_as_its_author_does()
    {
        LlamaModel model = new(LlamaConfig.FromFolder(TinyLlama.Folder));
        Assert.StartsWith("LlamaModel<Projection> has no weights yet",
            Assert.Throws<InvalidOperationException>(() => model.Device).Message, StringComparison.Ordinal);
    }

    private static double[] Losses(LanguageModel model)
    {
        ShuffledBatches batches = new([new TrainingSequence(s_ids.AsMemory(0, 6)), new TrainingSequence(s_ids.AsMemory(6))], 2, seed: 0);
        using AdamW optimizer = new(1e-2f);
        return [.. new Trainer(model, optimizer).Fit(batches, Steps).Select(step => step.Loss)];
    }

    private Results Train(LanguageModel model, string name)
    {
        model.Adapter.Load(Adapter);
        float[] logits = model.Logits(Tokens);
        model.ForwardBackward(Tokens, s_ids);
        float[][] gradients = [.. model.TrainableParameters.Select(parameter => parameter.Gradient!.ToArray())];
        foreach (Parameter parameter in model.TrainableParameters)
            parameter.ClearGradient();
        double[] losses = Losses(model);
        model.Adapter.Save(_folder[$"{name}-adapter"]);
        model.MergeTo(32);
        float[] after = model.Logits(Tokens);
        model.Save(_folder[$"{name}-merged"], new SaveOptions { FullPrecision = true });
        return new Results(
            logits,
            gradients,
            losses,
            File.ReadAllBytes(Path.Combine(_folder[$"{name}-adapter"], "adapter_model.safetensors")),
            after,
            File.ReadAllBytes(Path.Combine(_folder[$"{name}-merged"], "model.safetensors")));
    }

    private sealed record Results(float[] Logits, float[][] Gradients, double[] Losses, byte[] Adapter, float[] LogitsAfter, byte[] Merged);
}
