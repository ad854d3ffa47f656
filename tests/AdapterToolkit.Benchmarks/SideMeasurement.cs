using System.Globalization;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Benchmarks;

/// <summary>What one process printed.</summary>
/// <param name="TokensPerSecond">The speed of its best step.</param>
/// <param name="MedianTokensPerSecond">The speed of its median step.</param>
/// <param name="PeakGigabytes">The most memory that it held.</param>
/// <param name="MultiplyOnlyLimit">The multiply-only limit in tokens/s that the peer measures; null for ours.</param>
/// <param name="MultiplyGigaflops">The speed of a 1024³ multiply that the peer measures; null for ours.</param>
internal sealed partial record SideMeasurement(
    double TokensPerSecond, double MedianTokensPerSecond, double PeakGigabytes, double? MultiplyOnlyLimit, double? MultiplyGigaflops)
{
    /// <summary>Reads the lines that both programs print.</summary>
    public static SideMeasurement Parse(string output)
    {
        // The first step of each side compiles and warms up.
        Match[] steps = [.. StepLine().Matches(output).Skip(1)];
        if (steps.Length == 0)
            throw new InvalidDataException($"The output has no line of a second step:\n{output}");
        Match limit = LimitLine().Match(output);
        double[] speeds = [.. steps.Select(step => Number(step, "speed")).Order()];
        return new SideMeasurement(
            speeds[^1],
            speeds[speeds.Length / 2],
            steps.Max(step => Number(step, "peak")),
            limit.Success ? Number(limit, "limit") : null,
            limit.Success ? Number(limit, "gflops") : null);
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"step \d+ .* tokens/s (?<speed>[\d.]+) peak_gb (?<peak>[\d.]+)")]
    private static partial Regex StepLine();

    [GeneratedRegex(@"multiply_gflops (?<gflops>\d+) .* multiply_only_limit_tokens/s (?<limit>\d+)")]
    private static partial Regex LimitLine();
}
