using System.Globalization;
using System.Text;

namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>
/// Code of the size of a large assembly, made of the kinds of classes that people write, with other names, sizes and depths in each: the same at each call.
/// </summary>
internal static class SyntheticCode
{
    private const int Seed = 20261130;

    private static readonly string[] s_words =
    [
        "Order", "Image", "Token", "Batch", "Frame", "Signal", "Market", "Sensor", "Speech", "Review", "Route", "Weather", "Ticket", "Player", "Stock", "Label",
        "Patient", "Vehicle", "Article", "Session", "Invoice", "Planet", "Motor", "Garden", "River", "Window", "Letter", "Engine", "Forest", "Bridge",
    ];

    /// <summary>Files of a kind.</summary>
    /// <param name="parts">The texts that a file is made of, each with holes: <c>@N</c> is a name, <c>@1</c> to <c>@4</c> are sizes.</param>
    /// <param name="header">What each file begins with.</param>
    /// <param name="lines">How many lines there are at least.</param>
    public static List<string> Files(IReadOnlyList<string> parts, string header, int lines)
    {
        Random random = new(Seed);
        List<string> files = [];
        for (int written = 0, file = 0; written < lines; file++)
        {
            StringBuilder text = new(header);
            text.Append(CultureInfo.InvariantCulture, $"\nnamespace Synthetic.Part{file};\n");
            int count = random.Next(2, 6), first = random.Next(parts.Count);
            for (int i = 0; i < count; i++)
                text.Append(Filled(parts[(first + i) % parts.Count], random, $"{s_words[random.Next(s_words.Length)]}{file}{(char)('A' + i)}"));
            string source = text.ToString();
            files.Add(source);
            written += source.AsSpan().Count('\n');
        }

        return files;
    }

    private static string Filled(string part, Random random, string name)
    {
        StringBuilder text = new(part);
        text.Replace("@N", name);
        for (int i = 1; i <= 4; i++)
            text.Replace($"@{i}", (16 << random.Next(6)).ToString(CultureInfo.InvariantCulture));
        return text.Append('\n').ToString();
    }
}
