using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Whole numbers as text.</summary>
internal static class IntegerText
{
    /// <summary>A number in decimal digits.</summary>
    public static string Of(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The digits of a number that is not negative, in a radix of 2, 8, 10 or 16, in lower case.</summary>
    public static string Of(BigInteger value, int radix)
    {
        if (radix == 10)
            return Of(value);
        var digits = new Stack<char>();
        do
        {
            value = BigInteger.DivRem(value, radix, out BigInteger digit);
            digits.Push("0123456789abcdef"[(int)digit]);
        }
        while (!value.IsZero);
        return string.Concat(digits);
    }

    /// <summary>
    /// Reads digits as Python's <c>int</c> does: a sign, and single underscores between digits, are allowed; so is a prefix that fits the radix. Null where
    /// that fails.
    /// </summary>
    public static BigInteger? Parse(ReadOnlySpan<char> text, int radix)
    {
        if (text.IsEmpty || text.Length > Numbers.MostDigits)
            return text.IsEmpty ? null : throw JinjaException.Values($"a whole number of more than {Numbers.MostDigits} digits is not supported.");
        bool negative = text[0] == '-';
        if (text[0] is '-' or '+')
            text = text[1..];
        if (text.Length > 2 && text[0] == '0' && char.ToLowerInvariant(text[1]) == radix switch { 2 => 'b', 8 => 'o', 16 => 'x', _ => '\0' })
            text = text[2] == '_' ? text[3..] : text[2..];
        Budget.Charge(text.Length);
        BigInteger value = BigInteger.Zero;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && i > 0 && i + 1 < text.Length && text[i - 1] != '_')
                continue;
            int digit = char.IsAsciiDigit(text[i]) ? text[i] - '0' : char.IsAsciiLetter(text[i]) ? char.ToLowerInvariant(text[i]) - 'a' + 10 : radix;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
        }

        return text.IsEmpty ? null : negative ? -value : value;
    }
}
