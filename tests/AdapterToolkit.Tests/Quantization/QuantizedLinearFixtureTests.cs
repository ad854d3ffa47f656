using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Products;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Quantization;

/// <summary>One quantized linear layer with a low-rank adapter gives what PEFT and bitsandbytes give.</summary>
public sealed class QuantizedLinearFixtureTests
{
    private const double Tolerance = 1e-4;
    private const double TrainingTolerance = 2e-3;

    public static IEnumerable<TheoryDataRow<string, string>> Cases => TestDevices.With(TestDevices.All, LinearFixture.QuantizedNames);

    [Theory]
    [MemberData(nameof(Cases))]
    public void ALayerGivesWhatTheReferenceGives(string identifier, string name)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using LinearFixture fixture = new(name);
        Nf4Layer layer = new(fixture.InFeatures, fixture.OutFeatures, fixture.HasBias);
        layer.Weight.Load(device, fixture.Read("W"), layer.MarkedFormat, "W");
        layer.Bias?.Load(device, fixture.Read("bias"));
        Equal(fixture, "W_dequantized", layer.Weight.ToArray(), 1e-6);
        layer.SetFactors(new LowRankFactors(
            device, name, layer.LowRank, fixture.Rank, fixture.Alpha, fixture.RankStabilized, fixture.Read("A"), fixture.Read("B")));

        using Tensor x = Tensor.From(device, new Shape(fixture.Rows, fixture.InFeatures), fixture.Read("x"));
        using Tensor dy = Tensor.From(device, new Shape(fixture.Rows, fixture.OutFeatures), fixture.Read("dy"));
        ForwardBackward(fixture, layer, x, dy);
        Equal(fixture, "dA", layer.Factors!.A.Gradient!.ToArray(), Tolerance);
        Equal(fixture, "dB", layer.Factors!.B.Gradient!.ToArray(), Tolerance);

        byte[] codes = layer.Weight.Packed.ToQuantizedValues().Codes;
        layer.MergeTo(32, reversible: true);
        Equal(fixture, "W_merged", layer.Weight.ToArray(), Tolerance);
        using Tensor merged = layer.Forward(x);
        Equal(fixture, "y", merged.ToArray(), Tolerance);
        layer.Unmerge();
        Assert.Equal(codes, layer.Weight.Packed.ToQuantizedValues().Codes);

        Train(fixture, layer, x, dy);
        Equal(fixture, "A_after", layer.Factors!.A.Value.ToArray(), TrainingTolerance);
        Equal(fixture, "B_after", layer.Factors!.B.Value.ToArray(), TrainingTolerance);
        layer.SetFactors(null);
        layer.Weight.Dispose();
        layer.Bias?.Dispose();
    }

    private static void ForwardBackward(LinearFixture fixture, Linear layer, Tensor x, Tensor dy)
    {
        using Tensor y = layer.ForwardSaving(x, xActive: true, out ForwardRecord? record);
        Equal(fixture, "y", y.ToArray(), Tolerance);
        layer.Backward(dy, record!, out Tensor? dx);
        record!.Release();
        Equal(fixture, "dx", dx!.ToArray(), Tolerance);
        dx.Release();
    }

    /// <summary>Some AdamW steps on the loss Σ y·dy, whose gradient is dy whatever y is.</summary>
    private static void Train(LinearFixture fixture, Linear layer, Tensor x, Tensor dy)
    {
        using AdamW optimizer = new((float)fixture.Number("lr"), fixture.Number("beta1"),
            fixture.Number("beta2"), fixture.Number("eps"), fixture.Number("weight_decay"));
        for (int step = 0; step < (int)fixture.Number("adamw_steps"); step++)
        {
            foreach (Parameter parameter in layer.Parameters)
                parameter.ClearGradient();
            using Tensor y = layer.ForwardSaving(x, xActive: false, out ForwardRecord? record);
            layer.Backward(dy, record!, out _);
            record!.Release();
            optimizer.Step([.. layer.Parameters], optimizer.LearningRate);
        }
    }

    private static void Equal(LinearFixture fixture, string tensor, float[] actual, double tolerance)
    {
        double[] expected = [.. fixture.Read(tensor).Select(value => (double)value)];
        ProductCheck.Check(expected, actual, $"{tensor} of {fixture.Name}", tolerance * expected.Max(Math.Abs));
    }
}
