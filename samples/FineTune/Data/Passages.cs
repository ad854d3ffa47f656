namespace FineTune.Data;

/// <summary>
/// Divides a file of plain text into passages, so that a part of it can be held out. A passage begins after a blank line, with a line that is not indented and
/// is in no fenced code, so that lists and code stay whole. Together the passages are the text, with every character.
/// </summary>
internal static class Passages
{
    private const string BlankCharacters = " \t\n";
    private const int ShortestFence = 3;

    /// <summary>The passages of a text, each with the blank lines that follow it.</summary>
    /// <param name="text">The text; its line breaks are <c>\n</c>.</param>
    public static IReadOnlyList<string> Of(string text)
    {
        List<string> passages = [];
        int passage = 0;
        bool isAfterBlank = false;
        string? fence = null;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) is int lineBreak and >= 0 ? lineBreak + 1 : text.Length;
            ReadOnlySpan<char> content = text.AsSpan(start..end).Trim(BlankCharacters);
            bool isBlank = content.IsEmpty;
            if (!isBlank)
            {
                bool isIndented = content[0] != text[start];
                if (isAfterBlank && fence is null && !isIndented && text.AsSpan(passage..start).IndexOfAnyExcept(BlankCharacters) >= 0)
                {
                    passages.Add(text[passage..start]);
                    passage = start;
                }

                fence = FenceAfter(fence, content);
            }

            isAfterBlank = isBlank;
        }

        if (passage < text.Length)
            passages.Add(text[passage..]);
        return passages;
    }

    /// <summary>The fence that code stands in after a line: three or more ` or ~ open it, at least as many of the same end it.</summary>
    private static string? FenceAfter(string? fence, ReadOnlySpan<char> line)
    {
        char sign = line[0];
        int count = line.IndexOfAnyExcept(sign) is int end and >= 0 ? end : line.Length;
        if (sign is not ('`' or '~') || count < ShortestFence)
            return fence;
        if (fence is null)
            return new string(sign, count);
        return sign == fence[0] && count >= fence.Length && count == line.Length ? null : fence;
    }
}
