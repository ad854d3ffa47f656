using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's <c>format % values</c>: <c>%s</c>, <c>%r</c>, <c>%d</c>, <c>%.2f</c>, <c>%(name)s</c> and so on.</summary>
internal sealed class PrintfFormat(Budget budget)
{
    private string _format = "";
    private int _position;
    private object _values = None.Value;
    private IReadOnlyList<object> _arguments = [];
    private int _used;

    /// <summary>Formats values: a tuple's items, the values of a dictionary by name, or a single one.</summary>
    /// <exception cref="JinjaException">The format is malformed, or does not fit the values.</exception>
    public string Format(string format, object values)
    {
        (_format, _values, _arguments) = (format, values, values is TupleValue tuple ? tuple.Items : [values]);
        var text = new TextBuilder(budget);
        bool named = false;
        while (_position < format.Length)
        {
            int next = format.IndexOf('%', _position) is var found and >= 0 ? found : format.Length;
            text.Append(format.AsSpan(_position, next - _position));
            _position = next + 1;
            if (next < format.Length)
                text.Append(ReadDirective(ref named));
        }

        if (!named && _used < _arguments.Count && _values is not (DictionaryValue or ListValue or UndefinedValue))
            throw JinjaException.Values("not all arguments converted during string formatting.");
        return text.ToString();
    }

    private string ReadDirective(ref bool named)
    {
        string? name = ReadName();
        named |= name is not null;
        string flags = ReadWhile(character => character is '-' or '+' or ' ' or '#' or '0');
        int? width = ReadNumber();
        if (width < 0)
            (flags, width) = (flags + "-", -Math.Max(width.Value, -int.MaxValue));
        int? precision = null;
        if (Peek() == '.')
        {
            _position++;
            precision = Math.Max(0, ReadNumber() ?? 0);
        }

        ReadWhile(character => character is 'h' or 'l' or 'L');
        if (_position >= _format.Length)
            throw JinjaException.Values("incomplete format.");
        char conversion = _format[_position++];
        if (conversion == '%')
            return "%";
        object value = name is null ? NextArgument() : Named(name);
        return Pad(Convert(value, conversion, flags, precision), flags, width ?? 0, conversion is not ('s' or 'r' or 'a' or 'c'));
    }

    private char Peek() => _position < _format.Length ? _format[_position] : '\0';

    private string? ReadName()
    {
        if (Peek() != '(')
            return null;
        int end = _format.IndexOf(')', _position);
        if (end < 0)
            throw JinjaException.Values("incomplete format key.");
        string name = _format[(_position + 1)..end];
        _position = end + 1;
        return name;
    }

    private string ReadWhile(Func<char, bool> predicate)
    {
        int start = _position;
        while (_position < _format.Length && predicate(_format[_position]))
            _position++;
        return _format[start.._position];
    }

    private int? ReadNumber()
    {
        if (Peek() == '*')
        {
            _position++;
            return Numbers.ToCount(NextArgument());
        }

        string digits = ReadWhile(char.IsAsciiDigit);
        return digits.Length == 0 ? null : (int)BigInteger.Min(Budget.LongestText + 1, IntegerText.Parse(digits, 10)!.Value);
    }

    private object NextArgument() => _used < _arguments.Count ? _arguments[_used++] : throw JinjaException.Values("not enough arguments for format string.");

    private object Named(string name) => _values is DictionaryValue dictionary
        ? dictionary.Find(name) ?? throw JinjaException.Values($"the format's key '{Excerpt.Of(name)}' is not given.")
        : throw JinjaException.Values("format requires a mapping.");

    private string Convert(object value, char conversion, string flags, int? precision)
    {
        switch (conversion)
        {
            case 's' or 'r':
                string text = conversion == 's' ? ValueText.Of(value, budget) : ValueText.Literal(value, budget);
                return precision is { } most ? CodePoints.Take(text, most) : text;
            case 'd' or 'i' or 'u':
                return Signed(value is double number ? Numbers.Truncate(number) : Number(value, conversion), 10, conversion, flags, precision);
            case 'x' or 'X' or 'o':
                return Signed(Number(value, conversion), conversion == 'o' ? 8 : 16, conversion, flags, precision);
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                double real = Numbers.TryFloat(value) ?? throw JinjaException.Values($"must be real number, not {TypeName.Of(value)}.");
                return Sign(double.IsNegative(real) && !double.IsNaN(real), flags)
                    + FloatFormat.Of(Math.Abs(real), conversion, precision ?? 6, flags.Contains('#'));
            case 'c':
                return value is string character && CodePoints.Count(character) == 1 ? character
                    : value is BigInteger code && code >= 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? char.ConvertFromUtf32((int)code)
                    : throw JinjaException.Values("%c requires int or char.");
            default:
                throw JinjaException.Template($"the format '%{conversion}' is not supported.");
        }
    }

    private static BigInteger Number(object value, char conversion)
        => Numbers.TryInteger(value) ?? throw JinjaException.Values($"%{conversion} format: a whole number is required, not {TypeName.Of(value)}.");

    private string Signed(BigInteger number, int radix, char conversion, string flags, int? precision)
    {
        budget.SpendText(precision ?? 0);
        string digits = IntegerText.Of(BigInteger.Abs(number), radix).PadLeft(precision ?? 0, '0');
        string prefix = flags.Contains('#') && radix != 10 ? $"0{char.ToLowerInvariant(conversion)}" : "";
        string text = prefix + digits;
        return Sign(number.Sign < 0, flags) + (conversion == 'X' ? text.ToUpperInvariant() : text);
    }

    private static string Sign(bool negative, string flags) => negative ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";

    private string Pad(string text, string flags, int width, bool isNumber)
    {
        int missing = width - CodePoints.Count(text);
        if (missing <= 0)
            return text;
        if (flags.Contains('-'))
            return Padding.Fill(budget, text, " ", 0, missing);
        if (!flags.Contains('0') || !isNumber)
            return Padding.Fill(budget, text, " ", missing, 0);
        int start = text[0] is '+' or '-' or ' ' ? 1 : 0;
        if (text.Length > start + 1 && text[start] == '0' && char.IsAsciiLetter(text[start + 1]))
            start += 2;
        return text[..start] + Padding.Fill(budget, text[start..], "0", missing, 0);
    }
}
