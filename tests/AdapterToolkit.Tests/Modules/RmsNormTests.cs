using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Modules;

/// <summary>The normalization layer: what it saves, and when its weight trains.</summary>
public sealed class RmsNormTests
{
    private const int Rows = 3, Features = 6;

    private static readonly float[] s_weight = [1, 0.5f, -1, 2, 0.25f, 1.5f];

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    [Theory]
    [MemberData(nameof(All))]
    public void AFrozenLayerSavesItsInputAndOneNumberARow(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RmsNorm norm = new(Features, 1e-6f);
        norm.FrozenWeights.Single().Load(device, s_weight);
        using Tensor x = Tensor.From(device, new Shape(Rows, Features), Values()), gradient = Tensor.From(device, x.Shape, Values());
        long before = device.HeldBytes;
        using (Tensor plain = norm.Forward(x))
        {
            Tensor y = norm.ForwardSaving(x, xActive: true, out ForwardRecord? record);
            Assert.Equal(plain.ToArray(), y.ToArray());
            y.Release();
            Assert.NotNull(record);
            Assert.Equal(["x", "inverseRms"], record.SavedTensors.Select(saved => saved.Name));
            Assert.Equal(((Rows * Features) + Rows) * sizeof(float), record.SavedBytes);
            norm.Backward(gradient, record, out Tensor? xGradient);
            Assert.NotNull(xGradient);
            Assert.Equal(x.Shape, xGradient.Shape);
            xGradient.Release();
            record.Release();
        }

        Assert.Equal(before, device.HeldBytes);
        Assert.Empty(norm.Parameters);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void NothingIsSavedWhereNothingTrains(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RmsNorm norm = new(Features, 1e-6f);
        norm.FrozenWeights.Single().Load(device, s_weight);
        using Tensor x = Tensor.From(device, new Shape(Rows, Features), Values());
        long before = device.HeldBytes;
        norm.ForwardSaving(x, xActive: false, out ForwardRecord? record).Release();
        Assert.Null(record);
        Assert.Equal(before, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void AWeightMadeTrainableBeforeItIsLoadedTrains(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        RmsNorm norm = new(Features, 1e-6f);
        Holder holder = new(norm);
        _ = new LowRankAdapter(holder);
        holder.NameTree("model");
        Assert.Empty(norm.Parameters);
        norm.FrozenWeights.Single().Load(device, s_weight);
        Parameter parameter = Assert.Single(norm.Parameters);
        Assert.Same(parameter, norm.Parameters.Single());
        Assert.Equal("model.norm.weight", parameter.Name);
        Assert.Equal(s_weight, parameter.Value.ToArray());

        using Tensor x = Tensor.From(device, new Shape(Rows, Features), Values()), gradient = Tensor.From(device, x.Shape, Values());
        norm.ForwardSaving(x, xActive: false, out ForwardRecord? record).Release();
        Assert.NotNull(record);
        norm.Backward(gradient, record, out Tensor? xGradient);
        Assert.Null(xGradient);
        float[] once = parameter.Gradient!.ToArray();
        Assert.Contains(once, value => value != 0);
        norm.Backward(gradient, record, out _);
        Close.Assert([.. once.Select(value => 2 * value)], parameter.Gradient!.ToArray(), 1e-6, "the sum of two gradients");
        record.Release();

        // What trains is what the layer multiplies by; the pretrained weight stays.
        parameter.Value.Clear();
        using Tensor y = norm.Forward(x);
        Assert.All(y.ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(s_weight, norm.FrozenWeights.Single().ToArray());
    }

    private static float[] Values()
    {
        float[] values = new float[Rows * Features];
        new RandomSequence(3).FillGaussian(values, 1);
        return values;
    }

    /// <summary>A module that marks the layer trainable.</summary>
    private sealed class Holder(RmsNorm norm) : Module
    {
        public override IEnumerable<ModuleChild> Children => [new("norm", norm, Trainable: true)];
    }
}
