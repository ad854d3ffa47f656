using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>What a merged adapter costs: the forward pass beside the base's, and the bytes that are still held.</summary>
internal static class MergeComparison
{
    private const double Asked = 1.03;

    public static void Run(TimeSpan duration)
    {
        ReportTable table = new("forward", "after Merge(), best (median)", "base, best (median)",
            "ratio", "asked", "", "bytes held beyond the base's", "asked", "");
        CompareLayer(table, new ProductShape(512, 576, 1536), duration);
        CompareModel(table, ModelShape.Named("sample"), duration);
        table.Print();
    }

    private static void CompareLayer(ReportTable table, ProductShape shape, TimeSpan duration)
    {
        using CpuDevice device = new();
        FrozenLayer frozen = FrozenLayer.Random(device, shape.InFeatures, shape.OutFeatures);
        AdaptedLayer merged = AdaptedLayer.Random(device, shape.InFeatures, shape.OutFeatures);
        long held = device.HeldBytes;
        merged.AddFactors();
        merged.Merge();
        held = device.HeldBytes - held;

        using Tensor x = RandomValues.Matrix(device, shape.Rows, shape.InFeatures);
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(() => merged.Forward(x).Release()),
            new Contender(() => frozen.Forward(x).Release()));
        Add(table, $"layer, {shape}", timings, held);
    }

    private static void CompareModel(ReportTable table, ModelShape shape, TimeSpan duration)
    {
        using RandomCheckpoint checkpoint = new(shape);
        using CpuDevice device = new();
        using LanguageModel frozen = CausalModel.Load<Projection>(checkpoint.Folder, device, WeightStorage.Dense);
        using LanguageModel merged = CausalModel.Load<Projection>(checkpoint.Folder, device, WeightStorage.Dense);
        long held = device.HeldBytes;
        merged.Adapter.Initialize();
        merged.Merge();
        held = device.HeldBytes - held;

        int[] ids = shape.RandomTokens();
        TokenIds tokens = new(shape.Batch, shape.Sequence, ids);
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(() => merged.Loss(tokens, ids)),
            new Contender(() => frozen.Loss(tokens, ids)));
        Add(table, $"model '{shape.Name}', {shape.Batch} x {shape.Sequence} tokens", timings, held);
    }

    private static void Add(ReportTable table, string name, Timing[] timings, long held) =>
        table.Add([
            name, $"{timings[0]}", $"{timings[1]}", .. ReportTable.AtMost(timings[0].Best / timings[1].Best, Asked),
            ReportTable.Number(held, "F0"), "0", ReportTable.Judge(held == 0),
        ]);
}
