using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Finds and reads numbers as Python writes them: <c>12</c>, <c>1_000</c>, <c>0xff</c>, <c>1.5</c>, <c>2e-3</c>.</summary>
internal static class NumberScanner
{
    /// <summary>The length of the number at a place, which begins with a digit.</summary>
    public static int Measure(string source, int start, out TokenKind kind)
    {
        kind = TokenKind.Integer;
        bool afterPoint = start > 0 && source[start - 1] == '.';
        int end = SkipDigits(source, start, char.IsAsciiDigit);
        int whole = end;
        if (!afterPoint)
        {
            if (At(source, end) == '.' && char.IsAsciiDigit(At(source, end + 1)))
                end = SkipDigits(source, end + 1, char.IsAsciiDigit);
            if (At(source, end) is 'e' or 'E')
            {
                int exponent = end + (At(source, end + 1) is '+' or '-' ? 2 : 1);
                if (char.IsAsciiDigit(At(source, exponent)))
                    end = SkipDigits(source, exponent, char.IsAsciiDigit);
            }

            if (end > whole)
            {
                kind = TokenKind.Float;
                return end - start;
            }
        }

        if (source[start] != '0')
            return whole - start;
        int prefixed = At(source, start + 1) switch
        {
            'b' or 'B' => SkipDigits(source, start + 2, digit => digit is '0' or '1'),
            'o' or 'O' => SkipDigits(source, start + 2, digit => digit is >= '0' and <= '7'),
            'x' or 'X' => SkipDigits(source, start + 2, char.IsAsciiHexDigit),
            _ => start,
        };
        return prefixed > start + 2 ? prefixed - start : SkipDigits(source, start, digit => digit == '0') - start;
    }

    /// <summary>The value of a whole number in a template.</summary>
    /// <exception cref="JinjaException">It has more digits than Python reads.</exception>
    public static BigInteger ReadInteger(Token token)
    {
        string digits = token.Text.Replace("_", "");
        if (digits.Length > Numbers.MostDigits)
            throw JinjaException.Template($"the number has more than {Numbers.MostDigits} digits.", token.Offset);
        int radix = digits.Length < 2 ? 10 : digits[1] switch { 'b' or 'B' => 2, 'o' or 'O' => 8, 'x' or 'X' => 16, _ => 10 };
        return IntegerText.Parse(radix == 10 ? digits : digits.AsSpan(2), radix)!.Value;
    }

    /// <summary>The value of a number with a fraction or an exponent.</summary>
    public static double ReadFloat(string text) => double.Parse(text.Replace("_", ""), CultureInfo.InvariantCulture);

    private static char At(string source, int position) => position < source.Length ? source[position] : '\0';

    /// <summary>The end of digits that may be divided by single underscores.</summary>
    private static int SkipDigits(string source, int start, Func<char, bool> isDigit)
    {
        int end = start;
        while (isDigit(At(source, end)) || (end > start && At(source, end) == '_' && isDigit(At(source, end + 1))))
            end++;
        return end;
    }
}
