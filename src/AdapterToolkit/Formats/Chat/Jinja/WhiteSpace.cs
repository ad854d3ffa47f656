namespace AdapterToolkit.Formats.Jinja;

/// <summary>What Python calls white space: .NET's, and the four information separators of ASCII.</summary>
internal static class WhiteSpace
{
    /// <summary>Whether a character is white space.</summary>
    public static bool Is(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    /// <summary>Whether a text is white space, and not empty.</summary>
    public static bool IsAll(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (!Is(character))
                return false;
        }

        return text.Length > 0;
    }

    /// <summary>A text without the white space at its start.</summary>
    public static string TrimStart(string text)
    {
        int start = 0;
        while (start < text.Length && Is(text[start]))
            start++;
        return text[start..];
    }

    /// <summary>A text without the white space at its end.</summary>
    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && Is(text[end - 1]))
            end--;
        return text[..end];
    }
}
