using System.Globalization;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Reads quoted texts with Python's escapes: <c>\n</c>, <c>\t</c>, <c>\'</c>, <c>\x41</c>, <c>\u00e9</c>, <c>\U0001f600</c>, <c>\101</c> and so on.
/// </summary>
internal static class StringLiteral
{
    /// <summary>The value of the text that begins at a place with its quote.</summary>
    /// <exception cref="JinjaException">It does not end, or an escape is malformed or no character.</exception>
    public static string Read(string source, int start, out int end)
    {
        var value = new StringBuilder();
        char quote = source[start];
        int i = start + 1;
        while (i < source.Length && source[i] != quote)
        {
            if (source[i] != '\\')
                value.Append(source[i++]);
            else if (++i < source.Length)
                ReadEscape(source, ref i, value);
        }

        if (i >= source.Length)
            throw JinjaException.Template("the text that begins here does not end.", start);
        end = i + 1;
        return value.ToString();
    }

    /// <summary>Reads what stands after a backslash. One that begins no escape is a character of the text.</summary>
    private static void ReadEscape(string source, ref int i, StringBuilder value)
    {
        int start = i - 1;
        char escape = source[i++];
        switch (escape)
        {
            case '\n':
                break;
            case >= '0' and <= '7':
                int octal = escape - '0';
                for (int digits = 1; digits < 3 && i < source.Length && source[i] is >= '0' and <= '7'; digits++)
                    octal = octal * 8 + (source[i++] - '0');
                value.Append((char)octal);
                break;
            case 'x' or 'u' or 'U':
                AppendCodePoint(source, start, ref i, escape switch { 'x' => 2, 'u' => 4, _ => 8 }, value);
                break;
            case 'N':
                throw JinjaException.Template(@"characters by name ('\N{...}') are not supported; write the character itself.", start);
            default:
                int simple = @"\'""abfnrtv".IndexOf(escape);
                value.Append(simple < 0 ? $"\\{escape}" : "\\'\"\a\b\f\n\r\t\v"[simple].ToString());
                break;
        }
    }

    private static void AppendCodePoint(string source, int start, ref int i, int digits, StringBuilder value)
    {
        if (i + digits > source.Length
            || !int.TryParse(source.AsSpan(i, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            || code is < 0 or > 0x10FFFF)
            throw JinjaException.Template($"the escape '\\{source[start + 1]}' needs {digits} hexadecimal digits of a character.", start);
        if (code is >= 0xD800 and <= 0xDFFF)
            throw JinjaException.Template($"the escape '{source[start..(i + digits)]}' is half of a surrogate pair, which is no character.", start);
        value.Append(code > char.MaxValue ? char.ConvertFromUtf32(code) : ((char)code).ToString());
        i += digits;
    }
}
