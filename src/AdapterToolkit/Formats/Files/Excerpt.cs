using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// Makes text that comes from a file fit to be quoted in an error message: short, in one line, and without characters that act on a terminal.
/// </summary>
internal static class Excerpt
{
    private const int LongestQuote = 200;

    /// <summary>
    /// Returns <paramref name="text"/>, cut where it is too long to read in a message, white space in one piece and control characters as their codes.
    /// </summary>
    public static string Of(string text)
    {
        if (text.Length <= LongestQuote && !text.Any(char.IsControl))
            return text;
        var quote = new StringBuilder();
        foreach (char character in text)
        {
            if (quote.Length >= LongestQuote && !char.IsLowSurrogate(character))
                return quote.Append("...").ToString();
            if (character is '\n' or '\r' or '\t' or ' ')
                AppendSpace(quote);
            else if (char.IsControl(character))
                quote.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else
                quote.Append(character);
        }

        return quote.ToString();
    }

    private static void AppendSpace(StringBuilder quote)
    {
        if (quote.Length == 0 || quote[^1] != ' ')
            quote.Append(' ');
    }
}
