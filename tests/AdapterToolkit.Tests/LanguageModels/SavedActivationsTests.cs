using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>What a run of the Llama model keeps for its backward pass, and what it does not keep.</summary>
[Trait("Device", "cpu")]
public class SavedActivationsTests
{
    private const int Batch = 2, Length = 5, Rows = Batch * Length;

    [Fact]
    public void A_block_saves_exactly_what_its_backward_pass_needs()
    {
        using CpuDevice device = new();
        using LlamaModel model = LoadWithAdapter(device);
        LlamaConfig config = model.Config;
        int hidden = config.HiddenSize, heads = config.Heads * config.HeadDim,
            keyValueHeads = config.KeyValueHeads * config.HeadDim, intermediate = config.IntermediateSize;
        int rank = model.Blocks[1].Attention.Query.LowRank!.Rank;

        // Each value with the numbers that a row of it has. A value that several layers read is saved once.
        (string Name, int Columns)[] expected =
        [
            ("InputNorm.x", hidden),
            ("InputNorm.inverseRms", 1),
            ("Attention.Query.x", hidden),
            ("Attention.Query.u", rank),
            ("Attention.Key.u", rank),
            ("Attention.Value.u", rank),
            ("Attention.query", heads),
            ("Attention.key", keyValueHeads),
            ("Attention.valueOutput", keyValueHeads),
            ("Attention.causalAttention", heads),
            ("Attention.causalAttention.logSumExp", config.Heads),
            ("Attention.Output.u", rank),
            ("PostAttentionNorm.x", hidden),
            ("PostAttentionNorm.inverseRms", 1),
            ("FeedForward.Gate.x", hidden),
            ("FeedForward.Gate.u", rank),
            ("FeedForward.Up.u", rank),
            ("FeedForward.gateOutput", intermediate),
            ("FeedForward.upOutput", intermediate),
            ("FeedForward.Down.x", intermediate),
            ("FeedForward.Down.u", rank),
        ];
        TokenIds tokens = Tokens();
        Tensor x = Tensor.Zeros(device, new Shape(Rows, hidden));
        Tensor y = model.Blocks[1].ForwardSaving(x, xActive: true, model.CreateContext(tokens), out ForwardRecord? record);
        Assert.NotNull(record);
        (string Name, int Columns)[] saved =
            [.. record.SavedTensors.DistinctBy(tensor => tensor.Tensor.Memory).Select(tensor => (tensor.Name, tensor.Tensor.Shape.Elements / Rows))];
        Assert.Equal(expected.Order(), saved.Order());
        Assert.Equal(expected.Sum(value => (long)value.Columns) * Rows * sizeof(float), record.SavedBytes);
        record.Release();
        y.Release();
        x.Release();
    }

    [Fact]
    public void A_layer_without_factors_saves_nothing_and_a_block_below_the_lowest_adapter_neither()
    {
        using CpuDevice device = new();
        using LlamaModel model = LoadWithAdapter(device);
        foreach (Linear layer in model.LinearLayers.Where(layer => layer != model.Blocks[^1].FeedForward.Down))
            layer.SetFactors(null);
        TokenIds tokens = Tokens();
        long before = device.HeldBytes;
        Tensor hidden = model.ForwardSaving(tokens, model.CreateContext(tokens), out ForwardRecord? record);
        string[] names = [.. record!.SavedTensors.Select(tensor => tensor.Name)];
        Assert.Equal(4, names.Length);
        Assert.All(names[..2], name => Assert.Contains("FeedForward.Down.", name, StringComparison.Ordinal));
        Assert.All(names[2..], name => Assert.StartsWith("Norm.", name, StringComparison.Ordinal));
        Tensor gradient = hidden.AllocateLike();
        gradient.Clear();
        model.Backward(gradient, record);
        Assert.Equal(2, model.TrainableParameters.Count(parameter => parameter.Gradient is not null));
        record.Release();
        gradient.Release();
        hidden.Release();

        // What stays is the two factors' gradients and the table of the rotary embedding.
        long gradients = model.TrainableParameters.Sum(parameter => parameter.Gradient!.Bytes);
        Assert.InRange(device.HeldBytes - before, gradients, gradients + (64 * 1024));
    }

    [Fact]
    public void The_first_block_computes_no_gradient_for_its_input()
    {
        using CpuDevice device = new();
        using LlamaModel model = LoadWithAdapter(device);
        TokenIds tokens = Tokens();
        Tensor x = Tensor.Zeros(device, new Shape(Rows, model.Config.HiddenSize));
        Tensor y = model.Blocks[0].ForwardSaving(x, xActive: false, model.CreateContext(tokens), out ForwardRecord? record);
        Assert.DoesNotContain("InputNorm.x", record!.SavedTensors.Select(tensor => tensor.Name));
        model.Blocks[0].Backward(y, record, out Tensor? xGradient);
        Assert.Null(xGradient);
        record.Release();
        y.Release();
        x.Release();
    }

    [Fact]
    public void Recomputed_blocks_save_their_inputs_alone_and_give_the_same_gradients()
    {
        using CpuDevice device = new();
        using LlamaModel model = LoadWithAdapter(device);
        TokenIds tokens = Tokens();
        int[] labels = tokens.Ids.ToArray();
        model.ForwardBackward(tokens, labels);
        float[][] expected = [.. model.TrainableParameters.Select(parameter => parameter.Gradient!.ToArray())];
        foreach (Parameter parameter in model.TrainableParameters)
            parameter.ClearGradient();
        foreach (DecoderBlock<Projection> block in model.Blocks)
            block.RecomputesForward = true;
        Tensor hidden = model.ForwardSaving(tokens, model.CreateContext(tokens), out ForwardRecord? record);
        long values = model.Blocks.Count + 1L;
        Assert.Equal(((values * model.Config.HiddenSize) + 1) * Rows * sizeof(float), record!.SavedBytes);
        hidden.Release();
        record.Release();
        model.ForwardBackward(tokens, labels);
        Assert.Equal(expected, model.TrainableParameters.Select(parameter => parameter.Gradient!.ToArray()));
    }

    private static LlamaModel LoadWithAdapter(CpuDevice device)
    {
        LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device, WeightStorage.Dense);
        model.Adapter.Initialize(seed: 1);
        return model;
    }

    private static TokenIds Tokens() => new(Batch, Length, [.. Enumerable.Range(3, Rows)]);
}
