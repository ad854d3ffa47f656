using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Generated.AdapterToolkit_Benchmarks;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// What it is worth to keep the factors apart: B(Ax) against (BA)x, how little the adapter's term adds to W's product, and how
/// little more the terms of several adapters do, each on rows of its own.
/// BA is formed by the kernel that merges, into a weight of zeros, and multiplied by the product that multiplies by W.
/// </summary>
internal static class LowRankComparison
{
    private const int Features = 4096;

    public static void Run(TimeSpan duration)
    {
        using CpuDevice device = new();
        ReportTable table = new("forward, rank 8", "side", "best (median)", "against", "best (median)", "ratio", "asked", "");
        foreach ((int rows, double asked) in (ReadOnlySpan<(int, double)>)[(1, 300), (512, 50)])
            FactorsApart(table, device, rows, asked, duration);
        TermBesideProduct(table, device, new ProductShape(512, 576, 1536), duration);
        using CpuDevice oneThread = new(threads: 1);
        AdaptersByRow(table, oneThread, new ProductShape(64, 576, 1536), adapters: 8, duration);
        table.Print();
    }

    private static void FactorsApart(ReportTable table, CpuDevice device, int rows, double asked, TimeSpan duration)
    {
        AdaptedLayer layer = AdaptedLayer.Zero(device, Features, Features);
        LowRankTerms terms = LowRankTerms.Of(layer.AddFactors());
        using Tensor x = RandomValues.Matrix(device, rows, Features);
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(ApplyFactors),
            new Contender(MultiplyByProduct, layer.Unmerge));
        ProductShape shape = new(rows, Features, Features);
        table.Add([$"{shape}", "B(Ax)", $"{timings[0]}", "(BA)x", $"{timings[1]}", .. ReportTable.AtLeast(timings[1].Best / timings[0].Best, asked)]);
        layer.SetFactors(null);
        layer.Weight.Dispose();
        device.Trim();

        void ApplyFactors()
        {
            using Tensor u = Tensor.Allocate(device, new Shape(rows, AdaptedLayer.Rank));
            using Tensor y = Tensor.Allocate(device, new Shape(rows, Features));
            LowRank8Kernels.TermsAlone(device, x, terms, u, y);
        }

        void MultiplyByProduct()
        {
            layer.Merge(reversible: true);
            layer.Forward(x).Release();
        }
    }

    private static void TermBesideProduct(ReportTable table, CpuDevice device, ProductShape shape, TimeSpan duration)
    {
        AdaptedLayer adapted = AdaptedLayer.Random(device, shape.InFeatures, shape.OutFeatures);
        FrozenLayer frozen = FrozenLayer.Sharing(adapted.Weight);
        adapted.AddFactors();
        using Tensor x = RandomValues.Matrix(device, shape.Rows, shape.InFeatures);
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(() => adapted.Forward(x).Release()),
            new Contender(() => frozen.Forward(x).Release()));
        table.Add([shape.ToString(), "Wx + s·B(Ax)", $"{timings[0]}", "Wx", $"{timings[1]}", .. ReportTable.AtMost(timings[0].Best / timings[1].Best, 1.15)]);
    }

    private static void AdaptersByRow(ReportTable table, CpuDevice device, ProductShape shape, int adapters, TimeSpan duration)
    {
        AdaptedLayer layer = AdaptedLayer.Random(device, shape.InFeatures, shape.OutFeatures);
        LowRankFactors[] factors = [.. Enumerable.Range(0, adapters).Select(_ => layer.NewFactors())];
        int rowsOfAdapter = shape.Rows / adapters;
        LowRankTerms one = LowRankTerms.Of(factors[0]);
        LowRankTerms several = LowRankTerms.Of(
            [.. factors.Select((own, i) => new LowRankTerm(own, [new RowRange(i * rowsOfAdapter, rowsOfAdapter)]))]);
        using Tensor x = RandomValues.Matrix(device, shape.Rows, shape.InFeatures), dy = RandomValues.Matrix(device, shape.Rows, shape.OutFeatures);
        using Tensor y = Tensor.Allocate(device, dy.Shape), dx = Tensor.Allocate(device, x.Shape);
        using Tensor reduced = Tensor.Allocate(device, new Shape(shape.Rows, AdaptedLayer.Rank));
        Compare("forward", terms => layer.Products.Forward(x, layer.Weight, null, terms, reduced, y));
        Compare("input gradient", terms => layer.Products.InputGradient(dy, layer.Weight, terms, reduced, dx));

        void Compare(string product, Action<LowRankTerms> run)
        {
            Timing[] timings = AlternatingTimer.Measure(duration, new Contender(() => run(several)), new Contender(() => run(one)));
            string[] sides = [$"{adapters} adapters, {product}", $"{timings[0]}", "one adapter", $"{timings[1]}"];
            table.Add([$"{shape}", .. sides, .. ReportTable.AtMost(timings[0].Best / timings[1].Best, 1.1)]);
        }
    }
}
