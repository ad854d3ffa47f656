using System.Globalization;
using AdapterToolkit.Adapters;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>One layer's products on every device, against what the reference stack computed.</summary>
public sealed class LinearFixtureTests
{
    private const double Tolerance = 1e-4;

    public static IEnumerable<TheoryDataRow<string, string>> DevicesAndCases => TestDevices.With(TestDevices.All, Cases());

    [Theory]
    [MemberData(nameof(DevicesAndCases))]
    public void ProductsEqualTheGoldenCase(string identifier, string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Fixtures.PathOf("linear", name));
        using Device device = TestDevices.Open(identifier);
        Shape x = ShapeOf(file, "x");
        Shape y = ShapeOf(file, "y");
        Linear layer = ProductLayer.Create(Number(file, "r"), x.Columns, y.Columns, file.Contains("bias"));
        layer.Weight.Load(device, file.ReadFloat32("W"));
        layer.Bias?.Load(device, file.ReadFloat32("bias"));
        bool stabilized = file.Metadata["use_rslora"] == "True";
        layer.SetFactors(new LowRankFactors(device, name, layer.LowRank!, Number(file, "r"), Number(file, "lora_alpha"), stabilized, file.ReadFloat32("A"), file.ReadFloat32("B")));
        Assert.Equal(float.Parse(file.Metadata["scaling"], CultureInfo.InvariantCulture), layer.Factors!.Scaling);

        using Tensor input = Tensor.From(device, x, file.ReadFloat32("x"));
        using Tensor gradient = Tensor.From(device, y, file.ReadFloat32("dy"));
        using Tensor output = layer.ForwardSaving(input, xActive: true, out ForwardRecord? record);
        layer.Backward(gradient, record!, out Tensor? inputGradient);
        record!.Release();
        Compare("y", output.ToArray());
        Compare("dx", inputGradient!.ToArray());
        Compare("dA", layer.Factors.A.Gradient!.ToArray());
        Compare("dB", layer.Factors.B.Gradient!.ToArray());
        inputGradient.Release();
        layer.Merge();
        Compare("W_merged", layer.Weight.ToArray());
        using Tensor merged = layer.Forward(input);
        Compare("y", merged.ToArray());
        layer.Weight.Dispose();
        layer.Bias?.Dispose();

        void Compare(string tensor, float[] actual) => Support.Close.Assert(file.ReadFloat32(tensor), actual, Tolerance, $"{tensor} of {name} on {identifier}");
    }

    private static IEnumerable<string> Cases() =>
        Fixtures.Files("linear", "*.safetensors").Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith("nf4_", StringComparison.Ordinal) && !name.StartsWith("dora_", StringComparison.Ordinal));

    private static Shape ShapeOf(SafetensorsFile file, string tensor) => new([.. file.GetEntry(tensor).Shape.Select(length => (int)length)]);

    private static int Number(SafetensorsFile file, string key) => int.Parse(file.Metadata[key], CultureInfo.InvariantCulture);
}
