using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>One linear layer with a low-rank adapter gives what PEFT gives.</summary>
[Collection(nameof(VectorWidth))]
public sealed class LinearFixtureTests
{
    private const double Tolerance = 1e-4;

    /// <summary>What A and B may be off after several steps, each of which is about as large as the learning rate.</summary>
    private const double TrainingTolerance = 2e-3;

    public static TheoryData<string, int> CasesAndWidths
    {
        get
        {
            TheoryData<string, int> data = [];
            foreach (string name in LinearFixture.Names)
            {
                foreach (int bits in (int[])[512, 256, 128])
                    data.Add(name, bits);
            }

            return data;
        }
    }

    public static IEnumerable<TheoryDataRow<string, string>> CasesAndAccelerators => TestDevices.With(TestDevices.Accelerators, LinearFixture.Names);

    [Theory]
    [MemberData(nameof(CasesAndWidths))]
    public void TheCpuDeviceGivesWhatPeftGives(string name, int bits) => InVectorsOf(bits, device => Check(device, name));

    [Theory]
    [MemberData(nameof(CasesAndAccelerators))]
    public void AcceleratorsGiveWhatPeftGives(string identifier, string name)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Check(device, name);
    }

    [Theory]
    [MemberData(nameof(CasesAndWidths))]
    public void TrainingOnTheCpuDeviceGivesWhatPeftGives(string name, int bits) => InVectorsOf(bits, device => CheckTraining(device, name));

    [Theory]
    [MemberData(nameof(CasesAndAccelerators))]
    public void TrainingOnAcceleratorsGivesWhatPeftGives(string identifier, string name)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        CheckTraining(device, name);
    }

    private static void InVectorsOf(int bits, Action<ComputeDevice> check)
    {
        using VectorsOf vectors = new(bits);
        using CpuDevice device = new();
        check(device);
    }

    private static Linear Load(ComputeDevice device, LinearFixture fixture)
    {
        Linear layer = ProductLayer.Create(fixture.Rank, fixture.InFeatures, fixture.OutFeatures, fixture.HasBias);
        layer.Weight.Load(device, fixture.Read("W"));
        layer.Bias?.Load(device, fixture.Read("bias"));
        layer.SetFactors(new LowRankFactors(
            device, fixture.Name, layer.LowRank!, fixture.Rank, fixture.Alpha, fixture.RankStabilized, fixture.Read("A"), fixture.Read("B")));
        return layer;
    }

    private static Tensor LoadX(ComputeDevice device, LinearFixture fixture) =>
        Tensor.From(device, new Shape(fixture.Rows, fixture.InFeatures), fixture.Read("x"));

    private static Tensor LoadDy(ComputeDevice device, LinearFixture fixture) =>
        Tensor.From(device, new Shape(fixture.Rows, fixture.OutFeatures), fixture.Read("dy"));

    /// <summary>Steps of AdamW on the sum of y ∘ dy, a loss whose gradient with respect to y is dy throughout.</summary>
    private static void CheckTraining(ComputeDevice device, string name)
    {
        using LinearFixture fixture = new(name);
        Assert.Equal("sum(y * dy)", fixture.Loss);
        Linear layer = Load(device, fixture);
        using Tensor x = LoadX(device, fixture), dy = LoadDy(device, fixture);
        using AdamW optimizer = new(
            (float)fixture.Number("lr"), fixture.Number("beta1"), fixture.Number("beta2"), fixture.Number("eps"), fixture.Number("weight_decay"));
        for (int step = 0; step < fixture.TrainingSteps; step++)
        {
            foreach (Parameter parameter in layer.Parameters)
                parameter.ClearGradient();
            using Tensor y = layer.ForwardSaving(x, xActive: false, out ForwardRecord? record);
            layer.Backward(dy, record!, out Tensor? dx);
            Assert.Null(dx);
            record!.Release();
            optimizer.Step(layer.Parameters, fixture.Number("lr"));
        }

        Equal(fixture, "A_after", layer.Factors!.SavedA(), TrainingTolerance);
        Equal(fixture, "B_after", layer.Factors!.SavedB(), TrainingTolerance);
        layer.SetFactors(null);
        layer.Weight.Dispose();
        layer.Bias?.Dispose();
    }

    private static void Check(ComputeDevice device, string name)
    {
        using LinearFixture fixture = new(name);
        Linear layer = Load(device, fixture);
        Assert.Equal(fixture.Number("scaling"), layer.Factors!.Scaling, 1e-6);

        using Tensor x = LoadX(device, fixture), dy = LoadDy(device, fixture);
        using Tensor y = layer.ForwardSaving(x, xActive: true, out ForwardRecord? record);
        Equal(fixture, "y", y.ToArray());
        layer.Backward(dy, record!, out Tensor? dx);
        record!.Release();
        Equal(fixture, "dx", dx!.ToArray());
        Equal(fixture, "dA", layer.Factors!.A.Gradient!.ToArray());
        Equal(fixture, "dB", layer.Factors!.B.Gradient!.ToArray());
        dx!.Release();

        layer.Merge();
        Equal(fixture, "W_merged", layer.Weight.ToArray());
        using Tensor merged = layer.Forward(x);
        Equal(fixture, "y", merged.ToArray());
        layer.Weight.Dispose();
        layer.Bias?.Dispose();
    }

    private static void Equal(LinearFixture fixture, string tensor, float[] actual, double tolerance = Tolerance)
    {
        double[] expected = [.. fixture.Read(tensor).Select(value => (double)value)];
        ProductCheck.Check(expected, actual, $"{tensor} of {fixture.Name}", tolerance * expected.Max(Math.Abs));
    }
}
