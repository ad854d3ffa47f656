using System.Globalization;

namespace FineTune.Display;

/// <summary>Writes numbers as people read them.</summary>
internal static class Quantity
{
    private const double Kilo = 1024;

    /// <summary>A count, its thousands separated: 2,828,736.</summary>
    /// <param name="count">The count.</param>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A size in bytes, in a unit that suits it: 10.8 MiB.</summary>
    /// <param name="bytes">The size.</param>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 20 => Number(bytes / Kilo, 1) + " KiB",
        < 1 << 30 => Number(bytes / (Kilo * Kilo), 1) + " MiB",
        _ => Number(bytes / (Kilo * Kilo * Kilo), 2) + " GiB",
    };

    /// <summary>A number with the given decimals, or a dash for none.</summary>
    /// <param name="number">The number.</param>
    /// <param name="decimals">How many decimals.</param>
    public static string Number(double? number, int decimals) =>
        number?.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A small number with its power of ten: 3.1e-06.</summary>
    /// <param name="number">The number.</param>
    public static string Tiny(double? number) => number?.ToString("0.0e-00", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A span of time: 1:05.</summary>
    /// <param name="seconds">Its seconds.</param>
    public static string Duration(double seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>The perplexity that goes with a loss: e to its power.</summary>
    /// <param name="loss">The loss in nats.</param>
    public static string Perplexity(double? loss) => Number(loss is { } nats ? Math.Exp(nats) : null, 1);
}
