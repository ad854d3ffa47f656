using System.Globalization;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// One side of the comparison of products, in a process of its own: y = x Wᵀ and dx = dy W of a frozen layer. It prints a
/// line a product in the form of the peer program.
/// </summary>
internal static class ProductRun
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(2);

    public static void Run(IReadOnlyList<ProductShape> shapes)
    {
        using CpuDevice device = new();
        foreach (ProductShape shape in shapes)
            Run(device, shape);
    }

    private static void Run(CpuDevice device, ProductShape shape)
    {
        FrozenLayer layer = FrozenLayer.Random(device, shape.InFeatures, shape.OutFeatures);
        using Tensor x = RandomValues.Matrix(device, shape.Rows, shape.InFeatures), y = Tensor.Allocate(device, new Shape(shape.Rows, shape.OutFeatures));
        using Tensor dy = RandomValues.Matrix(device, shape.Rows, shape.OutFeatures), dx = Tensor.Allocate(device, new Shape(shape.Rows, shape.InFeatures));
        Timing[] timings = AlternatingTimer.Measure(
            s_duration,
            new Contender(() => layer.Products.Forward(x, layer.Weight, null, LowRankTerms.None, null, y)),
            new Contender(() => layer.Products.InputGradient(dy, layer.Weight, LowRankTerms.None, null, dx)));
        Print(shape, ProductMeasurement.Forward, timings[0]);
        Print(shape, ProductMeasurement.InputGradient, timings[1]);
    }

    private static void Print(ProductShape shape, string product, Timing timing) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(' ', shape.Arguments)} {product} best {shape.Operations / timing.Best / 1e9:F1} median {shape.Operations / timing.Median / 1e9:F1}"));
}
