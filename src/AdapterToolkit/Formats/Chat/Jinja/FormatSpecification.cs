using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>How <c>str.format</c> writes a value: <c>[[fill]align][sign][#][0][width][grouping][.precision][form]</c>.</summary>
internal sealed record FormatSpecification
{
    private string Fill { get; init; } = " ";

    private char? Align { get; init; }

    private char Sign { get; init; } = '-';

    private bool Alternate { get; init; }

    private int Width { get; init; }

    private char? Grouping { get; init; }

    private int? Precision { get; init; }

    private char? Form { get; init; }

    /// <summary>Reads a specification.</summary>
    /// <exception cref="JinjaException">It is malformed.</exception>
    public static FormatSpecification Parse(string text)
    {
        int i = 0;
        var result = new FormatSpecification();
        int fill = CodePoints.LengthAt(text, 0);
        if (fill < text.Length && IsAlign(text[fill]))
            (result, i) = (result with { Fill = text[..fill], Align = text[fill] }, fill + 1);
        else if (IsAlign(text[0]))
            (result, i) = (result with { Align = text[0] }, 1);
        if (Peek() is '+' or '-' or ' ')
            result = result with { Sign = text[i++] };
        if (Peek() == '#')
            (result, i) = (result with { Alternate = true }, i + 1);
        if (Peek() == '0')
            (result, i) = (result.Align is null ? result with { Fill = "0", Align = '=' } : result, i + 1);
        result = result with { Width = ReadNumber() ?? 0 };
        if (Peek() is ',' or '_')
            result = result with { Grouping = text[i++] };
        if (Peek() == '.')
        {
            i++;
            result = result with { Precision = ReadNumber() ?? throw JinjaException.Values("format specifier missing precision.") };
        }

        if (i < text.Length)
            result = result with { Form = text[i++] };
        return i == text.Length ? result : throw JinjaException.Values($"invalid format specifier '{Excerpt.Of(text)}'.");

        char Peek() => i < text.Length ? text[i] : '\0';

        int? ReadNumber()
        {
            int start = i;
            while (char.IsAsciiDigit(Peek()))
                i++;
            return start == i ? null : (int)BigInteger.Min(Budget.LongestText + 1, IntegerText.Parse(text.AsSpan(start, i - start), 10)!.Value);
        }
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="JinjaException">The specification does not fit it.</exception>
    public string Apply(object value, Rendering rendering)
    {
        switch (value)
        {
            case string text:
                if (Form is not (null or 's') || Align == '=' && Fill != "0" || Grouping is not null || Sign != '-' || Alternate)
                    throw Unfit(value);
                return Pad("", Precision is { } most ? CodePoints.Take(text, most) : text, '<', rendering.Budget);
            case bool when Form is null:
                return Apply(rendering.Text(value), rendering);
            case BigInteger or bool when Form is null or 'd' or 'n' or 'x' or 'X' or 'o' or 'b' or 'c':
                return ApplyInteger(Numbers.ToInteger(value), value, rendering.Budget);
            case BigInteger or bool or double:
                return ApplyFloat(Numbers.TryFloat(value)!.Value, value, rendering.Budget);
            default:
                throw Unfit(value);
        }
    }

    private static bool IsAlign(char character) => character is '<' or '>' or '^' or '=';

    private string ApplyInteger(BigInteger number, object value, Budget budget)
    {
        if (Precision is not null || Form == 'c')
            throw Unfit(value);
        int radix = Form switch { 'x' or 'X' => 16, 'o' => 8, 'b' => 2, _ => 10 };
        string digits = IntegerText.Of(BigInteger.Abs(number), radix);
        string prefix = Alternate && radix != 10 ? $"0{char.ToLowerInvariant(Form!.Value)}" : "";
        string grouped = Group(digits, radix == 10 ? 3 : 4);
        return Form == 'X'
            ? Pad(SignOf(number.Sign < 0) + prefix.ToUpperInvariant(), grouped.ToUpperInvariant(), '>', budget)
            : Pad(SignOf(number.Sign < 0) + prefix, grouped, '>', budget);
    }

    private string ApplyFloat(double number, object value, Budget budget)
    {
        if (Form is not (null or 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%'))
            throw Unfit(value);
        double size = Math.Abs(number);
        string text = Form is { } form ? FloatFormat.Of(size, form, Precision ?? 6, Alternate)
            : Precision is null ? FloatText.Of(size)
            : WithPoint(FloatFormat.Of(size, 'g', Precision.Value, Alternate), size);
        int whole = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
        return Pad(SignOf(double.IsNegative(number) && !double.IsNaN(number)), Group(text[..whole], 3) + text[whole..], '>', budget);
    }

    /// <summary>Without a form a float shows that it is one.</summary>
    private static string WithPoint(string text, double value) => double.IsFinite(value) && text.All(char.IsAsciiDigit) ? text + ".0" : text;

    private string SignOf(bool negative) => negative ? "-" : Sign == '-' ? "" : Sign.ToString();

    private string Group(string digits, int size)
    {
        if (Grouping is not { } separator)
            return digits;
        var groups = new Stack<string>();
        for (int end = digits.Length; end > 0; end -= size)
            groups.Push(digits[Math.Max(0, end - size)..end]);
        return string.Join(separator, groups);
    }

    private string Pad(string sign, string text, char align, Budget budget)
    {
        int missing = Width - CodePoints.Count(text) - sign.Length;
        if (missing <= 0)
            return sign + text;
        switch (Align == '=' && align == '<' ? '<' : Align ?? align)
        {
            case '=':
                return sign + Padding.Fill(budget, text, Fill, missing, 0);
            case '<':
                return Padding.Fill(budget, sign + text, Fill, 0, missing);
            case '^':
                return Padding.Fill(budget, sign + text, Fill, missing / 2, missing - missing / 2);
            default:
                return Padding.Fill(budget, sign + text, Fill, missing, 0);
        }
    }

    private JinjaException Unfit(object value)
        => JinjaException.Values($"the format specification{(Form is { } form ? $" '{form}'" : "")} does not fit an object of type '{TypeName.Of(value)}'.");
}
