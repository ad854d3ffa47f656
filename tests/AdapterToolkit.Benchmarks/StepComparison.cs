using System.Globalization;
using Spectre.Console;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// Whole training steps side by side: our LoRA step, the peer's, and the peer's full fine-tuning step, each in a process of
/// its own, alternating, in one run. The best round of each side counts.
/// </summary>
internal static class StepComparison
{
    /// <summary>The verb that starts our side in a process of its own.</summary>
    public const string SideVerb = "step";

    public static void Run(IReadOnlyList<string> peer, int rounds, int steps)
    {
        Table table = new();
        table.AddColumns("shape", "side", "tokens/s", "peak GB", "ours: speed", "ours: memory", "of the multiply-only limit");
        foreach (ModelShape shape in ModelShape.All)
            Compare(table, shape, peer, rounds, steps);
        AnsiConsole.Write(table);
    }

    private static void Compare(Table table, ModelShape shape, IReadOnlyList<string> peer, int rounds, int steps)
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

        double limit = lora.Concat(full).Max(side => side.MultiplyOnlyLimit ?? 0);
        SideMeasurement best = Best(ours);
        Add(table, shape, "AdapterToolkit, LoRA", best, null, limit);
        Add(table, shape, "TorchSharp, LoRA", Best(lora), best, limit);
        Add(table, shape, "TorchSharp, full", Best(full), best, limit);
        Console.Error.WriteLine($"{shape.Name}: 1024 x 1024 x 1024 by MKL at {lora.Concat(full).Max(side => side.MultiplyGigaflops):F0} GFLOPS");
    }

    private static SideMeasurement Best(List<SideMeasurement> sides) =>
        sides.MaxBy(side => side.TokensPerSecond)! with { PeakGigabytes = sides.Min(side => side.PeakGigabytes) };

    private static void Add(Table table, ModelShape shape, string name, SideMeasurement side, SideMeasurement? ours, double limit) => table.AddRow(
        $"{shape.Name}, {shape.Batch} x {shape.Sequence}",
        name,
        Text(side.TokensPerSecond, "F0"),
        Text(side.PeakGigabytes, "F2"),
        ours is null ? "" : Text(ours.TokensPerSecond / side.TokensPerSecond, "F2") + "x",
        ours is null ? "" : Text(ours.PeakGigabytes / side.PeakGigabytes, "F2") + "x",
        Text(side.TokensPerSecond / limit, "F2"));

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
