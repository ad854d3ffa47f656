using System.Globalization;
using Spectre.Console;

namespace AdapterToolkit.Benchmarks;

/// <summary>A table of figures: what was measured, what is asked of it, and whether it holds.</summary>
internal sealed class ReportTable
{
    private const int WidthInFiles = 200;

    private readonly Table _table = new() { Border = TableBorder.Markdown };

    /// <summary>Starts a table.</summary>
    /// <param name="columns">The titles of the columns.</param>
    public ReportTable(params string[] columns) => _table.AddColumns(columns);

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _table.AddRow([.. cells.Select(cell => new Text(cell))]);

    /// <summary>A ratio that may not be less than asked.</summary>
    /// <returns>The cells of the ratio, of what is asked and of the judgement.</returns>
    public static string[] AtLeast(double ratio, double asked) => [Ratio(ratio), ">= " + Ratio(asked), Judge(ratio >= asked)];

    /// <summary>A ratio that may not be more than asked.</summary>
    /// <returns>The cells of the ratio, of what is asked and of the judgement.</returns>
    public static string[] AtMost(double ratio, double asked) => [Ratio(ratio), "<= " + Ratio(asked), Judge(ratio <= asked)];

    /// <summary>Whether a figure was judged that is not what is asked.</summary>
    public static bool HasMissed { get; private set; }

    /// <summary>The judgement of a figure.</summary>
    public static string Judge(bool holds)
    {
        HasMissed |= !holds;
        return holds ? "holds" : "missed";
    }

    /// <summary>A ratio as text.</summary>
    public static string Ratio(double ratio) => Number(ratio, ratio < 10 ? "F2" : "F0") + "x";

    /// <summary>A number as text, the same in every culture.</summary>
    public static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Prints the table.</summary>
    public void Print()
    {
        // Without a terminal the width is taken for 80 columns, and cells would be cut into lines.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthInFiles;
        AnsiConsole.Write(_table);
    }
}
