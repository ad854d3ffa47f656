using System.Runtime.CompilerServices;
using System.Text;

namespace AdapterToolkit.Generators.Emission;

/// <summary>
/// A text with holes, such as a kernel's: what fills a hole is indented as the line that the hole stands in, line by line. A line
/// with nothing but an empty hole is left out, and of the empty lines around it one.
/// </summary>
/// <param name="literalLength">The length of the text around the holes.</param>
/// <param name="formattedCount">The number of holes.</param>
[InterpolatedStringHandler]
internal sealed class Template(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + (16 * formattedCount));
    private bool _mayDropLine;

    /// <summary>The text of a template whose holes are filled.</summary>
    public static string Text(Template template) => template._text.ToString();

    /// <summary>Adds what stands between two holes.</summary>
    public void AppendLiteral(string text)
    {
        if (_mayDropLine && text.StartsWith("\n", StringComparison.Ordinal))
        {
            _text.Length = LineStart();
            bool isBetweenEmptyLines = _text.Length > 1 && _text[_text.Length - 2] == '\n' && text.StartsWith("\n\n", StringComparison.Ordinal);
            text = text.Substring(isBetweenEmptyLines ? 2 : 1);
        }

        _mayDropLine = false;
        _text.Append(text);
    }

    /// <summary>Fills a hole with a number.</summary>
    public void AppendFormatted(int number) => AppendFormatted($"{number}");

    /// <summary>Fills a hole with lines.</summary>
    public void AppendFormatted(IEnumerable<string> lines) => AppendFormatted(string.Join("\n", lines));

    /// <summary>Fills a hole with text of one line or several.</summary>
    public void AppendFormatted(string text)
    {
        int start = LineStart(), end = start;
        while (end < _text.Length && _text[end] == ' ')
            end++;
        _mayDropLine = text.Length == 0 && end == _text.Length;
        string indent = new(' ', end - start);
        bool isFirst = true;
        foreach (string line in text.Split('\n'))
        {
            if (!isFirst)
                _text.Append('\n').Append(line.Length == 0 ? string.Empty : indent);
            _text.Append(line);
            isFirst = false;
        }
    }

    private int LineStart()
    {
        int start = _text.Length;
        while (start > 0 && _text[start - 1] != '\n')
            start--;
        return start;
    }
}
