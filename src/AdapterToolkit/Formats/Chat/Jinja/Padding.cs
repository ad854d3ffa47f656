namespace AdapterToolkit.Formats.Jinja;

/// <summary>Makes texts wider.</summary>
internal static class Padding
{
    /// <summary>Python's <c>center</c>, <c>ljust</c> and <c>rjust</c>, with a width and a character to fill with.</summary>
    public static string Pad(Budget budget, string method, string text, Arguments arguments)
    {
        object?[] bound = arguments.Bind(method, "width", "fillchar");
        int width = Numbers.ToCount(bound[0] ?? throw JinjaException.Values($"{method}() needs a width."));
        string fill = bound[1] is null ? " " : StringMethods.ToText(method, bound[1]);
        if (CodePoints.Count(fill) != 1)
            throw JinjaException.Values("the fill character must be exactly one character long.");
        int count = CodePoints.Count(text);
        if (width <= count)
            return text;
        int missing = width - count;
        int left = method switch
        {
            "ljust" => 0,
            "rjust" => missing,
            _ => missing / 2 + (missing & width & 1),
        };
        return Fill(budget, text, fill, left, missing - left);
    }

    /// <summary>Python's <c>zfill</c>: zeros after a sign.</summary>
    public static string FillZeros(Budget budget, string text, object width)
    {
        int needed = Numbers.ToCount(width), count = CodePoints.Count(text);
        if (needed <= count)
            return text;
        int sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + Fill(budget, text[sign..], "0", needed - count, 0);
    }

    /// <summary>A text with a character several times before and after it.</summary>
    public static string Fill(Budget budget, string text, string fill, int left, int right)
    {
        budget.SpendText(text.Length + (long)fill.Length * ((long)left + right));
        return string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, right));
    }
}
