namespace AdapterToolkit.Formats.Jinja;

/// <summary>Divides texts.</summary>
internal static class Splitting
{
    /// <summary>Python's <c>split</c> and <c>rsplit</c>, whose arguments are a separator, or white space, and the most divisions.</summary>
    public static ListValue Split(Budget budget, string text, object?[] arguments, bool fromEnd)
    {
        int most = arguments[1] is { } limit ? Numbers.ToCount(limit) : -1;
        if (most < 0)
            most = int.MaxValue;
        budget.SpendText(text.Length);
        IEnumerable<string> parts;
        if (arguments[0] is null or None)
        {
            parts = fromEnd ? Words(Reverse(text), most).Select(Reverse).Reverse() : Words(text, most);
        }
        else
        {
            string separator = StringMethods.ToText("split", arguments[0]);
            if (separator.Length == 0)
                throw JinjaException.Values("empty separator.");
            Budget.ChargeSearch(text, separator);
            parts = fromEnd ? PartsFromEnd(text, separator, most).Reverse() : Parts(text, separator, most);
        }

        return new ListValue(budget.Collect(parts));
    }

    /// <summary>Python's <c>splitlines</c>.</summary>
    public static ListValue Lines(Budget budget, string text, bool keepEnds)
    {
        var lines = new List<object>();
        for (int start = 0, next; start < text.Length; start = next)
        {
            int end = start;
            while (end < text.Length && !IsLineBreak(text[end]))
                end++;
            next = end < text.Length ? end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1) : end;
            lines.Add(text[start..(keepEnds ? next : end)]);
        }

        budget.SpendList(lines.Count);
        return new ListValue(lines);
    }

    /// <summary>Python's <c>partition</c> and <c>rpartition</c>.</summary>
    public static TupleValue Partition(string text, string separator, bool fromEnd)
    {
        if (separator.Length == 0)
            throw JinjaException.Values("empty separator.");
        Budget.ChargeSearch(text, separator);
        int found = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (found < 0)
            return new TupleValue(fromEnd ? ["", "", text] : [text, "", ""]);
        return new TupleValue([text[..found], separator, text[(found + separator.Length)..]]);
    }

    private static bool IsLineBreak(char character) => character is >= '\n' and <= '\r' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';

    private static IEnumerable<string> Words(string text, int most)
    {
        int start = 0;
        while (true)
        {
            while (start < text.Length && WhiteSpace.Is(text[start]))
                start++;
            if (start == text.Length)
                yield break;
            int end = start;
            while (end < text.Length && !WhiteSpace.Is(text[end]))
                end++;
            if (most-- == 0)
            {
                yield return text[start..];
                yield break;
            }

            yield return text[start..end];
            start = end;
        }
    }

    private static IEnumerable<string> Parts(string text, string separator, int most)
    {
        int start = 0;
        for (int found; most > 0 && (found = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; most--)
        {
            yield return text[start..found];
            start = found + separator.Length;
        }

        yield return text[start..];
    }

    private static IEnumerable<string> PartsFromEnd(string text, string separator, int most)
    {
        int end = text.Length;
        for (int found; most > 0 && (found = text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)) >= 0; most--)
        {
            yield return text[(found + separator.Length)..end];
            end = found;
        }

        yield return text[..end];
    }

    /// <summary>The characters backwards. Used on whole words twice, so pairs come out as they were.</summary>
    private static string Reverse(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        source.CopyTo(target);
        target.Reverse();
    });
}
