using System.Globalization;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// Whole training steps side by side: our LoRA step on a dense and on a quantized base, the peer's LoRA step, and its full
/// fine-tuning step, each in a process of its own, alternating, in one run. The best step of each side counts, and its least memory.
/// </summary>
internal static class StepComparison
{
    /// <summary>The verb that starts our side in a process of its own.</summary>
    public const string SideVerb = "step";

    private static readonly ProductShape s_square = new(1024, 1024, 1024);

    public static void Run(IReadOnlyList<string> peer, int rounds, int steps)
    {
        ReportTable table = new("shape", "side", "tokens/s, best (median)", "peak GB", "of the limit by MKL", "by our products");
        ReportTable ratios = new("shape", "our step", "beside", "speed", "asked", "", "memory", "asked", "");
        double ourGigaflops = ProductMeasurement.Parse(SideProcess.RunOurs([ProductComparison.SideVerb, .. s_square.Arguments])).First().Best;
        List<double> theirGigaflops = [];
        foreach (ModelShape shape in ModelShape.All)
            Compare(table, ratios, shape, peer, rounds, steps, ourGigaflops, theirGigaflops);
        table.Print();
        ratios.Print();
        Console.WriteLine($"{s_square}: {ReportTable.Number(ourGigaflops, "F0")} GFLOPS by our product, "
            + $"{ReportTable.Number(theirGigaflops.Max(), "F0")} by MKL. "
            + "The multiply-only limit is the tokens/s at that speed, with 4 operations a weight and token.");
    }

    private static void Compare(ReportTable table, ReportTable ratios, ModelShape shape,
        IReadOnlyList<string> peer, int rounds, int steps, double ourGigaflops, List<double> theirGigaflops)
    {
        List<SideMeasurement> denseRounds = [], quantizedRounds = [], loraRounds = [], fullRounds = [];
        string count = steps.ToString(CultureInfo.InvariantCulture);
        string batch = shape.Batch.ToString(CultureInfo.InvariantCulture), sequence = shape.Sequence.ToString(CultureInfo.InvariantCulture);
        for (int round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{shape.Name}, round {round + 1} of {rounds} ...");
            denseRounds.Add(SideMeasurement.Parse(SideProcess.RunOurs(SideVerb, shape.Name, "--steps", count)));
            loraRounds.Add(SideMeasurement.Parse(SideProcess.Run([.. peer, shape.Name, "lora", batch, sequence, count])));
            quantizedRounds.Add(SideMeasurement.Parse(SideProcess.RunOurs(SideVerb, shape.Name, "--steps", count, "--quantized")));
            fullRounds.Add(SideMeasurement.Parse(SideProcess.Run([.. peer, shape.Name, "full", batch, sequence, count])));
        }

        SideMeasurement[] theirs = [.. loraRounds, .. fullRounds];
        theirGigaflops.AddRange(theirs.Select(side => side.MultiplyGigaflops ?? 0));
        double limit = theirs.Max(side => side.MultiplyOnlyLimit ?? 0);
        double ourLimit = limit / theirs.Max(side => side.MultiplyGigaflops ?? 0) * ourGigaflops;
        SideMeasurement dense = Best(denseRounds), quantized = Best(quantizedRounds), lora = Best(loraRounds), full = Best(fullRounds);
        Add("AdapterToolkit, LoRA", dense);
        Add("AdapterToolkit, QLoRA", quantized);
        Add("TorchSharp, LoRA", lora);
        Add("TorchSharp, full", full);
        AddRatio("LoRA", dense, "TorchSharp, LoRA", lora, shape.SpeedAskedOfLora, shape.MemoryAskedOfLora);
        AddRatio("LoRA", dense, "TorchSharp, full", full, shape.SpeedAskedOfFull, askedMemory: null);
        AddRatio("QLoRA", quantized, "AdapterToolkit, LoRA", dense, shape.QuantizedSpeedAsked, askedMemory: null);
        AddRatio("QLoRA", quantized, "TorchSharp, LoRA", lora, askedSpeed: null, shape.QuantizedMemoryAskedOfLora);
        AddRatio("QLoRA", quantized, "TorchSharp, full", full, askedSpeed: null, shape.QuantizedMemoryAskedOfFull);

        void Add(string side, SideMeasurement measured) => table.Add(
            $"{shape.Name}, {shape.Batch} x {shape.Sequence}",
            side,
            $"{ReportTable.Number(measured.TokensPerSecond, "F0")} ({ReportTable.Number(measured.MedianTokensPerSecond, "F0")})",
            ReportTable.Number(measured.PeakGigabytes, "F2"),
            ReportTable.Ratio(measured.TokensPerSecond / limit),
            ReportTable.Ratio(measured.TokensPerSecond / ourLimit));

        void AddRatio(string side, SideMeasurement our, string besides, SideMeasurement other, double? askedSpeed, double? askedMemory) => ratios.Add([
            $"{shape.Name}, {shape.Batch} x {shape.Sequence}",
            side,
            besides,
            .. Judged(our.TokensPerSecond / other.TokensPerSecond, askedSpeed, ReportTable.AtLeast),
            .. Judged(our.PeakGigabytes / other.PeakGigabytes, askedMemory, ReportTable.AtMost)]);
    }

    private static string[] Judged(double ratio, double? asked, Func<double, double, string[]> judge) =>
        asked is double figure ? judge(ratio, figure) : [ReportTable.Ratio(ratio), "", ""];

    private static SideMeasurement Best(List<SideMeasurement> sides) => sides.MaxBy(side => side.TokensPerSecond)! with
    {
        MedianTokensPerSecond = sides.Max(side => side.MedianTokensPerSecond),
        PeakGigabytes = sides.Min(side => side.PeakGigabytes),
    };
}
