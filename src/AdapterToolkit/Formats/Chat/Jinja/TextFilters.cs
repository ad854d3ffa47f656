using System.Numerics;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters that make texts. What they are given they read as text, whatever it is.</summary>
internal static class TextFilters
{
    public static Dictionary<string, Filter> All { get; } = new()
    {
        ["upper"] = Simple("upper", Casing.Upper),
        ["lower"] = Simple("lower", Casing.Lower),
        ["capitalize"] = Simple("capitalize", Casing.Capitalize),
        ["title"] = Simple("title", Title),
        ["string"] = Simple("string", text => text),
        ["safe"] = Simple("safe", text => text),
        ["escape"] = Simple("escape", Escape),
        ["e"] = Simple("e", Escape),
        ["trim"] = (rendering, value, arguments) => Stripping.Strip(Read(rendering, value), arguments.Bind("trim", "chars")[0], atStart: true, atEnd: true),
        ["replace"] = Replace,
        ["truncate"] = Truncate,
        ["indent"] = Indent,
        ["center"] = Center,
        ["wordcount"] = (rendering, value, arguments) => CountWords(Simple("wordcount", text => text)(rendering, value, arguments)),
        ["format"] = Format,
    };

    private static string Read(Rendering rendering, object value)
    {
        string text = rendering.Text(value);
        rendering.Budget.SpendText(text.Length);
        return text;
    }

    private static Filter Simple(string name, Func<string, string> convert) => (rendering, value, arguments) =>
    {
        arguments.Bind(name);
        return convert(Read(rendering, value));
    };

    /// <summary>Words are what white space, hyphens and opening brackets divide; Python's own method would divide at apostrophes too.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder();
        for (int start = 0, end; start < text.Length; start = end)
        {
            bool divides = Divides(text[start]);
            end = start + 1;
            while (end < text.Length && Divides(text[end]) == divides)
                end++;
            string part = text[start..end];
            int first = CodePoints.LengthAt(part, 0);
            result.Append(divides ? part : Casing.Upper(part[..first]) + Casing.Lower(part[first..]));
        }

        return result.ToString();

        static bool Divides(char character) => character is '-' or '(' or '{' or '[' or '<' || WhiteSpace.Is(character);
    }

    private static string Escape(string text)
        => text.Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;");

    private static string Replace(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", "old", "new", "count");
        if (bound[0] is null || bound[1] is null)
            throw JinjaException.Values("replace() needs what to replace, and by what.");
        int count = bound[2] is null or None ? -1 : Numbers.ToCount(bound[2]!);
        return StringMethods.Replace(rendering.Budget, Read(rendering, value), rendering.Text(bound[0]!), rendering.Text(bound[1]!), count);
    }

    /// <summary>Cuts a text that is longer than its limit and some leeway: at a word's end, or (<c>killwords</c>) anywhere.</summary>
    private static object Truncate(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        int length = bound[0] is { } given ? Numbers.ToCount(given) : 255;
        string end = bound[2] is null ? "..." : StringMethods.ToText("truncate", bound[2]);
        int leeway = bound[3] is null or None ? 5 : Numbers.ToCount(bound[3]!);
        int endLength = CodePoints.Count(end);
        if (length < endLength)
            throw JinjaException.Values($"truncate() expects a length of at least {endLength}, not {length}.");
        if (leeway < 0)
            throw JinjaException.Values($"truncate() expects a leeway of zero or more, not {leeway}.");
        if (Iteration.Count(value) <= (long)length + leeway)
            return value;
        string cut = CodePoints.Take(StringMethods.ToText("truncate", value), length - endLength);
        if (bound[1] is null || !Truth.Of(bound[1]!))
            cut = cut.LastIndexOf(' ') is var space and >= 0 ? cut[..space] : cut;
        return cut + end;
    }

    /// <summary>Indents all lines but the first and blank ones.</summary>
    private static string Indent(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("indent", "width", "first", "blank");
        string indention = bound[0] switch
        {
            null => "    ",
            string text => text,
            { } width => Padding.Fill(rendering.Budget, "", " ", Math.Max(0, Numbers.ToCount(width)), 0),
        };
        bool first = bound[1] is { } indentsFirst && Truth.Of(indentsFirst), blank = bound[2] is { } indentsBlank && Truth.Of(indentsBlank);
        IReadOnlyList<object> lines = Splitting.Lines(rendering.Budget, StringMethods.ToText("indent", value) + "\n", keepEnds: false).Items;
        var result = new TextBuilder(rendering.Budget);
        for (int i = 0; i < lines.Count; i++)
        {
            string line = (string)lines[i];
            result.Append(i > 0 ? "\n" : "").Append((i > 0 ? blank || line.Length > 0 : first) ? indention : "").Append(line);
        }

        return result.ToString();
    }

    private static string Center(Rendering rendering, object value, Arguments arguments)
        => Padding.Pad(rendering.Budget, "center", Read(rendering, value), new Arguments([arguments.Bind("center", "width")[0] ?? new BigInteger(80)], []));

    private static BigInteger CountWords(object text)
    {
        int words = 0;
        bool inWord = false;
        foreach (Rune rune in ((string)text).EnumerateRunes())
        {
            bool isPart = rune.Value == '_' || Characters.IsAlpha(rune) || Characters.IsNumeric(rune);
            words += isPart && !inWord ? 1 : 0;
            inWord = isPart;
        }

        return new BigInteger(words);
    }

    private static string Format(Rendering rendering, object value, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Keywords.Count > 0)
            throw JinjaException.Values("format() takes arguments by place or by name, not both.");
        object values = arguments.Keywords.Count > 0
            ? new DictionaryValue(arguments.Keywords.Select(pair => KeyValuePair.Create((object)pair.Key, pair.Value)))
            : new TupleValue(arguments.Positional);
        return new PrintfFormat(rendering.Budget).Format(Read(rendering, value), values);
    }
}
