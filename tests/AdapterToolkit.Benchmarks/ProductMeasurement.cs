using System.Globalization;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Benchmarks;

/// <summary>The speed of one product, in GFLOPS, as both programs print it.</summary>
/// <param name="Shape">The size.</param>
/// <param name="Product"><see cref="Forward"/> or <see cref="InputGradient"/>.</param>
/// <param name="Best">The speed of the shortest run.</param>
/// <param name="Median">The speed of the median run.</param>
internal sealed partial record ProductMeasurement(ProductShape Shape, string Product, double Best, double Median)
{
    /// <summary>y = x Wᵀ.</summary>
    public const string Forward = "forward";

    /// <summary>dx = dy W.</summary>
    public const string InputGradient = "input-gradient";

    /// <summary>Reads the lines that both programs print.</summary>
    public static IEnumerable<ProductMeasurement> Parse(string output) =>
        Line().Matches(output).Select(match => new ProductMeasurement(
            new ProductShape((int)Number(match, "rows"), (int)Number(match, "in"), (int)Number(match, "out")),
            match.Groups["product"].Value,
            Number(match, "best"),
            Number(match, "median")));

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<rows>\d+) (?<in>\d+) (?<out>\d+) (?<product>\S+) best (?<best>[\d.]+) median (?<median>[\d.]+)")]
    private static partial Regex Line();
}
