using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// The forward pass of one row, as when a model continues a text token by token. It is as fast as W can be read, so the same
/// number of layers runs in turn in each format, as many as no processor's last-level cache holds.
/// </summary>
internal static class DecodingComparison
{
    private const int Features = 4096;
    private const double Asked = 2;

    /// <summary>More than the largest last-level caches, 480 MB.</summary>
    private const long LeastBytes = 600L << 20;

    public static void Run(TimeSpan duration)
    {
        using CpuDevice device = new();
        float[] values = RandomValues.Gaussian(Features * Features);
        using Tensor x = RandomValues.Matrix(device, 1, Features);
        (string Name, WeightFormat Format, double? Asked)[] sides =
            [("float32", WeightFormat.FullPrecision, null), ("bfloat16", WeightFormat.BFloat16, null), ("NF4", WeightFormat.NF4(), Asked)];
        QuantizedLayer[][] layers = [.. sides.Select(side => QuantizedLayer.Copies(device, CountFor(side.Format), Features, values, side.Format))];
        Timing[] timings = AlternatingTimer.Measure(duration, [.. layers.Select(copies => new Contender(() => QuantizedLayer.RunAll(copies, x)))]);
        Timing[] ofOne = [.. timings.Zip(layers, (timing, copies) => new Timing(timing.Best / copies.Length, timing.Median / copies.Length))];

        ReportTable table = new($"1 x {Features} x {Features}", "layers in turn",
            "bytes together", "a layer, best (median)", "times as fast as float32", "asked", "");
        for (int i = 0; i < sides.Length; i++)
        {
            double ratio = ofOne[0].Best / ofOne[i].Best;
            table.Add([
                sides[i].Name,
                ReportTable.Number(layers[i].Length, "F0"),
                ReportTable.Number(layers[i].Sum(layer => (double)layer.Weight.Bytes) / 1e6, "F0") + " MB",
                $"{ofOne[i]}",
                .. sides[i].Asked is { } asked ? ReportTable.AtLeast(ratio, asked) : [ReportTable.Ratio(ratio), "", ""]]);
        }

        table.Print();
    }

    private static int CountFor(WeightFormat format) => (int)(LeastBytes / ((long)Features * Features * format.Bits / 8)) + 1;
}
