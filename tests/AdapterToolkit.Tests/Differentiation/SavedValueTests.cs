using AdapterToolkit.Adapters;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Differentiation.Models;
using Llama;
using Xunit;

namespace AdapterToolkit.Tests.Differentiation;

/// <summary>What the forward pass saves: exactly what the backward pass of the adapters in use needs.</summary>
public sealed class SavedValueTests
{
    private const int Batch = 2;
    private const int Length = 5;
    private const int Rows = Batch * Length;
    private const int Hidden = 16;
    private const int KeyValue = 8;
    private const int Intermediate = 24;
    private const int Heads = 4;
    private const int Rank = 8;

    private static readonly LlamaConfig s_config = new()
    {
        VocabularySize = 32,
        HiddenSize = Hidden,
        IntermediateSize = Intermediate,
        Layers = 1,
        Heads = Heads,
        KeyValueHeads = 2,
        HeadDim = 4,
    };

    [Fact]
    public void BlockSavesExactlyTheseValues()
    {
        using CpuDevice device = new();
        DecoderBlock block = Load(new DecoderBlock(s_config), device);
        AddAdapters(block, device, layer => true);
        (string Name, int Features)[] expected =
        [
            ("InputNorm.x", Hidden),
            ("InputNorm.inverseRms", 1),
            ("Attention.Query.x", Hidden),
            ("Attention.Query.u", Rank),
            ("Attention.Key.x", Hidden),
            ("Attention.Key.u", Rank),
            ("Attention.Value.x", Hidden),
            ("Attention.Value.u", Rank),
            ("Attention.query", Hidden),
            ("Attention.key", KeyValue),
            ("Attention.valueOutput", KeyValue),
            ("Attention.causalAttention", Hidden),
            ("Attention.causalAttention.logSumExp", Heads),
            ("Attention.Output.x", Hidden),
            ("Attention.Output.u", Rank),
            ("PostAttentionNorm.x", Hidden),
            ("PostAttentionNorm.inverseRms", 1),
            ("FeedForward.Gate.x", Hidden),
            ("FeedForward.Gate.u", Rank),
            ("FeedForward.Up.x", Hidden),
            ("FeedForward.Up.u", Rank),
            ("FeedForward.gateOutput", Intermediate),
            ("FeedForward.upOutput", Intermediate),
            ("FeedForward.Down.x", Intermediate),
            ("FeedForward.Down.u", Rank),
        ];

        ForwardRecord record = Save(block, device, inputActive: true)!;
        Assert.Equal(
            expected.Select(value => (value.Name, Bytes: (long)Rows * value.Features * sizeof(float))).Order(),
            record.SavedTensors.Select(saved => (saved.Name, saved.Tensor.Bytes)).Order());

        // The three projections of attention share their input, and so do the gate and up; Output's is attention's result.
        string[] shared = ["Attention.Key.x", "Attention.Value.x", "Attention.Output.x", "FeedForward.Up.x"];
        Assert.Equal(expected.Where(value => !shared.Contains(value.Name)).Sum(value => (long)Rows * value.Features * sizeof(float)), record.SavedBytes);
        record.Release();
    }

    [Fact]
    public void FirstBlockSavesNothingForItsInput()
    {
        using CpuDevice device = new();
        DecoderBlock block = Load(new DecoderBlock(s_config), device);
        AddAdapters(block, device, layer => true);
        ForwardRecord record = Save(block, device, inputActive: false)!;
        Assert.DoesNotContain(record.SavedTensors, saved => saved.Name.StartsWith("InputNorm", StringComparison.Ordinal));
        using Tensor gradient = Tensor.Zeros(device, new Shape(Rows, Hidden));
        block.Backward(gradient, record, out Tensor? inputGradient);
        Assert.Null(inputGradient);
        record.Release();
    }

    [Fact]
    public void ProjectionWithoutFactorsSavesNothing()
    {
        using CpuDevice device = new();
        DecoderBlock block = Load(new DecoderBlock(s_config), device);
        AddAdapters(block, device, layer => ReferenceEquals(layer, block.FeedForward.Down));
        ForwardRecord record = Save(block, device, inputActive: false)!;
        Assert.Equal(["FeedForward.Down.u", "FeedForward.Down.x"], record.SavedTensors.Select(saved => saved.Name).Order(StringComparer.Ordinal));
        record.Release();
    }

    [Fact]
    public void NothingBelowTheLowestAdapterIsHeld()
    {
        using CpuDevice device = new();
        LoopOverModules model = Load(new LoopOverModules(), device);
        AddAdapters(model, device, layer => ReferenceEquals(layer, model.Layers[^1]));
        using Tensor x = Tensor.Zeros(device, new Shape(Rows, Adapted.Features));
        long before = device.HeldBytes;
        Tensor result = model.ForwardSaving(x, xActive: false, out ForwardRecord? record);
        result.Release();
        Assert.Equal(["layer[2].layerOutput", "layer[2].u", "layer[2].x"], record!.SavedTensors.Select(saved => saved.Name).Order(StringComparer.Ordinal));

        // The same tensors, held by nothing but the test, take as many bytes of the device.
        long held = device.HeldBytes - before;
        Shape[] shapes = [.. record.SavedTensors.Select(saved => saved.Tensor.Shape)];
        record.Release();
        Assert.Equal(before, device.HeldBytes);
        Tensor[] alone = [.. shapes.Select(shape => Tensor.Allocate(device, shape))];
        Assert.Equal(device.HeldBytes - before, held);
        Array.ForEach(alone, tensor => tensor.Release());
    }

    [Fact]
    public void NoGradientExistsForAFrozenWeight()
    {
        using CpuDevice device = new();
        DecoderBlock block = Load(new DecoderBlock(s_config), device);
        AddAdapters(block, device, layer => true);
        Parameter[] parameters = [.. block.SelfAndDescendants.SelectMany(module => module.Parameters)];
        Assert.Equal(2 * 7, parameters.Length);
        using Tensor gradient = Tensor.Zeros(device, new Shape(Rows, Hidden));
        ForwardRecord record = Save(block, device, inputActive: false)!;
        long before = device.HeldBytes;
        block.Backward(gradient, record, out _);
        Assert.Equal(parameters.Sum(parameter => Capacity(device, parameter.Value.Shape)), device.HeldBytes - before);
        record.Release();
    }

    private static long Capacity(Device device, Shape shape)
    {
        long before = device.HeldBytes;
        using Tensor tensor = Tensor.Allocate(device, shape);
        return device.HeldBytes - before;
    }

    private static TModule Load<TModule>(TModule module, Device device)
        where TModule : Module
    {
        RandomSequence random = new(1);
        foreach (FrozenWeight weight in module.SelfAndDescendants.SelectMany(part => part.FrozenWeights))
        {
            float[] values = new float[weight.Shape.Elements];
            random.FillGaussian(values, 0.2);
            weight.Load(device, values);
        }

        return module;
    }

    private static void AddAdapters(Module module, Device device, Func<Linear, bool> hasAdapter)
    {
        foreach (Linear layer in module.SelfAndDescendants.OfType<Linear>().Where(hasAdapter))
        {
            LowRankSettings settings = layer.LowRank!;
            layer.SetFactors(new LowRankFactors(device, "layer", settings, settings.Rank, settings.Alpha, settings.RankStabilized, new float[settings.Rank * layer.InFeatures], new float[layer.OutFeatures * settings.Rank]));
        }
    }

    private static ForwardRecord? Save(DecoderBlock block, Device device, bool inputActive)
    {
        RotaryTable rotary = new(device, 16, RotaryFrequencies.Compute(s_config.HeadDim, s_config.RotaryBase, null));
        SequenceContext context = new(new TokenIds(Batch, Length, new int[Rows]), rotary);
        using Tensor x = Tensor.Zeros(device, new Shape(Rows, Hidden));
        block.ForwardSaving(x, inputActive, context, out ForwardRecord? record).Release();
        return record;
    }
}
