using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Floats with a given number of digits, as C and Python write them: rounded by their exact values, ties to even.</summary>
internal static class FloatFormat
{
    /// <summary>The most digits that a format may ask for.</summary>
    public const int MostDigits = 1000;

    /// <summary>A float that is not negative in one of the forms <c>f</c>, <c>e</c>, <c>g</c> or <c>%</c>; a capital letter gives capitals.</summary>
    /// <param name="value">The number.</param>
    /// <param name="form">The form.</param>
    /// <param name="precision">Digits after the point; for <c>g</c> all digits.</param>
    /// <param name="keepsZeros">Whether <c>g</c> keeps zeros at the end, and the others a point without digits after it.</param>
    public static string Of(double value, char form, int precision, bool keepsZeros)
    {
        if (precision > MostDigits)
            throw JinjaException.Template($"a format asks for more than {MostDigits} digits.");
        string text = !double.IsFinite(value) ? (double.IsNaN(value) ? "nan" : "inf") + (form == '%' ? "%" : "") : char.ToLowerInvariant(form) switch
        {
            'f' => Fixed(value, precision, keepsZeros),
            'e' => Exponential(value, precision, keepsZeros),
            '%' => Fixed(value * 100, precision, keepsZeros) + "%",
            _ => General(value, Math.Max(precision, 1), keepsZeros),
        };
        return char.IsAsciiLetterUpper(form) ? text.ToUpperInvariant() : text;
    }

    private static string Fixed(double value, int precision, bool keepsPoint)
    {
        string digits = IntegerText.Of(ExactDecimal.Scale(value, precision)).PadLeft(precision + 1, '0');
        return precision == 0 ? digits + (keepsPoint ? "." : "") : $"{digits[..^precision]}.{digits[^precision..]}";
    }

    private static string Exponential(double value, int precision, bool keepsPoint)
    {
        (string digits, int exponent) = Digits(value, precision + 1);
        return Join(digits, exponent, keepsPoint);
    }

    private static string General(double value, int precision, bool keepsZeros)
    {
        (string digits, int exponent) = Digits(value, precision);
        if (exponent < -4 || exponent >= precision)
            return Join(keepsZeros ? digits : digits[..1] + digits[1..].TrimEnd('0'), exponent, keepsZeros);
        string text = Fixed(value, precision - 1 - exponent, keepsZeros);
        return keepsZeros || !text.Contains('.') ? text : text.TrimEnd('0').TrimEnd('.');
    }

    private static string Join(string digits, int exponent, bool keepsPoint)
    {
        string fraction = digits.Length > 1 || keepsPoint ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>So many significant digits, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Digits(double value, int count)
    {
        if (value == 0)
            return (new string('0', count), 0);
        int exponent = (int)Math.Floor(Math.Log10(value));
        BigInteger scaled = ExactDecimal.Scale(value, count - 1 - exponent);

        // The logarithm can be off by one, and rounding can add a digit.
        while (IntegerText.Of(scaled).Length != count)
        {
            exponent += IntegerText.Of(scaled).Length > count ? 1 : -1;
            scaled = ExactDecimal.Scale(value, count - 1 - exponent);
        }

        return (IntegerText.Of(scaled), exponent);
    }
}
