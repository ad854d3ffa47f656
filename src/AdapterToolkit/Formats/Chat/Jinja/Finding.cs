using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Finds parts of texts. Places are counted in code points.</summary>
internal static class Finding
{
    /// <summary>Whether a part stands anywhere.</summary>
    public static bool Contains(string text, string part)
    {
        Budget.ChargeSearch(text, part);
        return text.Contains(part, StringComparison.Ordinal);
    }

    /// <summary>Where a part stands, or -1.</summary>
    public static object Find(string method, string text, Arguments arguments, bool fromEnd)
    {
        object?[] bound = arguments.Bind(method, "sub", "start", "end");
        string part = StringMethods.ToText(method, bound[0]);
        if (Window(text, bound[1], bound[2]) is not var (start, window))
            return BigInteger.MinusOne;
        Budget.ChargeSearch(window, part);
        int found = fromEnd ? window.LastIndexOf(part, StringComparison.Ordinal) : window.IndexOf(part, StringComparison.Ordinal);
        return new BigInteger(found < 0 ? -1 : start + CodePoints.Count(window.AsSpan(0, found)));
    }

    /// <summary>Where a part stands, which must be there.</summary>
    public static object Index(string method, string text, Arguments arguments, bool fromEnd)
        => Find(method, text, arguments, fromEnd) is BigInteger { Sign: >= 0 } place ? place : throw JinjaException.Values("substring not found.");

    /// <summary>How often a part occurs, without overlaps.</summary>
    public static object Count(string text, Arguments arguments)
    {
        object?[] bound = arguments.Bind("count", "sub", "start", "end");
        string part = StringMethods.ToText("count", bound[0]);
        if (Window(text, bound[1], bound[2]) is not var (_, window))
            return BigInteger.Zero;
        Budget.ChargeSearch(window, part);
        return new BigInteger(part.Length == 0 ? CodePoints.Count(window) + 1 : window.AsSpan().Count(part));
    }

    /// <summary>Python's <c>startswith</c> and <c>endswith</c>: one text, or a tuple of which any counts.</summary>
    public static object Touches(string method, string text, Arguments arguments, Func<string, string, bool> touches)
    {
        object?[] bound = arguments.Bind(method, "affix", "start", "end");
        IReadOnlyList<object> affixes = bound[0] is TupleValue tuple ? tuple.Items : [StringMethods.ToText(method, bound[0])];
        return Window(text, bound[1], bound[2]) is var (_, window) && affixes.Any(affix => touches(window, StringMethods.ToText(method, affix)));
    }

    /// <summary>The part of the text between two places, and the first place; null where it would begin beyond its end.</summary>
    private static (int Start, string Window)? Window(string text, object? start, object? end)
    {
        if (start is null or None && end is null or None)
            return (0, text);
        Budget.ChargeText(text.Length);
        int count = CodePoints.Count(text);
        (int first, int last) = PlaceRange.Of(start, end, count);
        last = Math.Min(last, count);
        if (first > last)
            return null;
        int offset = CodePoints.ToOffset(text, first);
        return (first, text[offset..CodePoints.ToOffset(text, last)]);
    }
}
