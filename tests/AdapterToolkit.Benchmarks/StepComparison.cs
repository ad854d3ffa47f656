using System.Globalization;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// Whole training steps side by side: our LoRA step, the peer's, and the peer's full fine-tuning step, each in a process of
/// its own, alternating, in one run. The best step of each side counts, and its least memory.
/// </summary>
internal static class StepComparison
{
    /// <summary>The verb that starts our side in a process of its own.</summary>
    public const string SideVerb = "step";

    private static readonly ProductShape s_square = new(1024, 1024, 1024);

    public static void Run(IReadOnlyList<string> peer, int rounds, int steps)
    {
        ReportTable table = new("shape", "side", "tokens/s, best (median)", "peak GB", "of the limit by MKL", "by our products", "ours beside it", "asked", "", "our memory", "asked", "");
        double ourGigaflops = ProductMeasurement.Parse(SideProcess.RunOurs([ProductComparison.SideVerb, .. s_square.Arguments])).First().Best;
        List<double> theirGigaflops = [];
        foreach (ModelShape shape in ModelShape.All)
            Compare(table, shape, peer, rounds, steps, ourGigaflops, theirGigaflops);
        table.Print();
        Console.WriteLine($"{s_square}: {ReportTable.Number(ourGigaflops, "F0")} GFLOPS by our product, {ReportTable.Number(theirGigaflops.Max(), "F0")} by MKL. The multiply-only limit is the tokens/s at that speed, with 4 operations a weight and token.");
    }

    private static void Compare(ReportTable table, ModelShape shape, IReadOnlyList<string> peer, int rounds, int steps, double ourGigaflops, List<double> theirGigaflops)
    {
        List<SideMeasurement> ours = [], lora = [], full = [];
        string count = steps.ToString(CultureInfo.InvariantCulture);
        string batch = shape.Batch.ToString(CultureInfo.InvariantCulture), sequence = shape.Sequence.ToString(CultureInfo.InvariantCulture);
        for (int round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"{shape.Name}, round {round + 1} of {rounds} ...");
            ours.Add(SideMeasurement.Parse(SideProcess.RunOurs(SideVerb, shape.Name, "--steps", count)));
            lora.Add(SideMeasurement.Parse(SideProcess.Run([.. peer, shape.Name, "lora", batch, sequence, count])));
            full.Add(SideMeasurement.Parse(SideProcess.Run([.. peer, shape.Name, "full", batch, sequence, count])));
        }

        SideMeasurement[] theirs = [.. lora, .. full];
        theirGigaflops.AddRange(theirs.Select(side => side.MultiplyGigaflops ?? 0));
        double limit = theirs.Max(side => side.MultiplyOnlyLimit ?? 0);
        double ourLimit = limit / theirs.Max(side => side.MultiplyGigaflops ?? 0) * ourGigaflops;
        SideMeasurement best = Best(ours);
        Add("AdapterToolkit, LoRA", best, ["", "", ""], ["", "", ""]);
        Compared("TorchSharp, LoRA", Best(lora), shape.SpeedAskedOfLora, shape.MemoryAskedOfLora);
        Compared("TorchSharp, full", Best(full), shape.SpeedAskedOfFull, askedMemory: null);

        void Compared(string side, SideMeasurement their, double? askedSpeed, double? askedMemory) => Add(
            side,
            their,
            Judged(best.TokensPerSecond / their.TokensPerSecond, askedSpeed, ReportTable.AtLeast),
            Judged(best.PeakGigabytes / their.PeakGigabytes, askedMemory, ReportTable.AtMost));

        void Add(string side, SideMeasurement measured, string[] speed, string[] memory) => table.Add([
            $"{shape.Name}, {shape.Batch} x {shape.Sequence}",
            side,
            $"{ReportTable.Number(measured.TokensPerSecond, "F0")} ({ReportTable.Number(measured.MedianTokensPerSecond, "F0")})",
            ReportTable.Number(measured.PeakGigabytes, "F2"),
            ReportTable.Ratio(measured.TokensPerSecond / limit),
            ReportTable.Ratio(measured.TokensPerSecond / ourLimit),
            .. speed,
            .. memory]);
    }

    private static string[] Judged(double ratio, double? asked, Func<double, double, string[]> judge) =>
        asked is double figure ? judge(ratio, figure) : [ReportTable.Ratio(ratio), "", ""];

    private static SideMeasurement Best(List<SideMeasurement> sides) => sides.MaxBy(side => side.TokensPerSecond)! with
    {
        MedianTokensPerSecond = sides.Max(side => side.MedianTokensPerSecond),
        PeakGigabytes = sides.Min(side => side.PeakGigabytes),
    };
}
