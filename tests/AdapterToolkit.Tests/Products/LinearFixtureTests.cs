using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>One linear layer with a low-rank adapter gives what PEFT gives.</summary>
[Collection(nameof(VectorWidth))]
public sealed class LinearFixtureTests
{
    private const double Tolerance = 1e-4;

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
    public void TheCpuDeviceGivesWhatPeftGives(string name, int bits)
    {
        VectorWidth.Bits = bits;
        try
        {
            using CpuDevice device = new();
            Check(device, name);
        }
        finally
        {
            VectorWidth.Bits = VectorWidth.Widest;
        }
    }

    [Theory]
    [MemberData(nameof(CasesAndAccelerators))]
    public void AcceleratorsGiveWhatPeftGives(string identifier, string name)
    {
        using Device device = TestDevices.Open(identifier);
        Check(device, name);
    }

    private static void Check(Device device, string name)
    {
        using LinearFixture fixture = new(name);
        Linear layer = ProductLayer.Create(fixture.Rank, fixture.InFeatures, fixture.OutFeatures, fixture.HasBias);
        layer.Weight.Load(device, fixture.Read("W"));
        layer.Bias?.Load(device, fixture.Read("bias"));
        layer.SetFactors(new LowRankFactors(
            device, name, layer.LowRank!, fixture.Rank, fixture.Alpha, fixture.RankStabilized, fixture.Read("A"), fixture.Read("B")));
        Assert.Equal(fixture.Number("scaling"), layer.Factors!.Scaling, 1e-6);

        using Tensor x = Tensor.From(device, new Shape(fixture.Rows, fixture.InFeatures), fixture.Read("x"));
        using Tensor dy = Tensor.From(device, new Shape(fixture.Rows, fixture.OutFeatures), fixture.Read("dy"));
        using Tensor y = layer.ForwardSaving(x, xActive: true, out ForwardRecord? record);
        Equal(fixture, "y", y.ToArray());
        layer.Backward(dy, record!, out Tensor? dx);
        record!.Release();
        Equal(fixture, "dx", dx!.ToArray());
        Equal(fixture, "dA", layer.Factors.A.Gradient!.ToArray());
        Equal(fixture, "dB", layer.Factors.B.Gradient!.ToArray());
        dx!.Release();

        layer.Merge();
        Equal(fixture, "W_merged", layer.Weight.ToArray());
        using Tensor merged = layer.Forward(x);
        Equal(fixture, "y", merged.ToArray());
        layer.Weight.Dispose();
        layer.Bias?.Dispose();
    }

    private static void Equal(LinearFixture fixture, string tensor, float[] actual)
    {
        double[] expected = [.. fixture.Read(tensor).Select(value => (double)value)];
        ProductCheck.Check(expected, actual, $"{tensor} of {fixture.Name}", Tolerance * expected.Max(Math.Abs));
    }
}
