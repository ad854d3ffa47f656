namespace AdapterToolkit.Formats.Jinja;

/// <summary>Removes white space, or given characters, from the ends of texts.</summary>
internal static class Stripping
{
    /// <summary>A text without them.</summary>
    public static string Strip(string text, object? characters, bool atStart, bool atEnd)
    {
        Budget.ChargeText(text.Length);
        if (characters is null or None)
        {
            string trimmed = atStart ? WhiteSpace.TrimStart(text) : text;
            return atEnd ? WhiteSpace.TrimEnd(trimmed) : trimmed;
        }

        string given = StringMethods.ToText("strip", characters);
        Budget.Charge(given.Length);
        HashSet<string> stripped = [.. CodePoints.Split(given)];
        int start = 0, end = text.Length;
        while (atStart && start < end && stripped.Contains(text.Substring(start, CodePoints.LengthAt(text, start))))
            start += CodePoints.LengthAt(text, start);
        while (atEnd && end > start && LastLength() is var length && stripped.Contains(text.Substring(end - length, length)))
            end -= length;
        return text[start..end];

        int LastLength() => end - start > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
    }
}
