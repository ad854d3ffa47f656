using System.Globalization;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Floats as Python writes them: the shortest digits that give the number again, with an exponent below 1e-4 and from 1e16.</summary>
internal static class FloatText
{
    public static string Of(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(value) ? "-" : "";
        (string digits, int exponent) = Digits(Math.Abs(value));
        if (exponent is >= -4 and < 16)
            return sign + Plain(digits, exponent);
        string fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>The shortest digits, without zeros at the end, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Digits(double value)
    {
        if (value == 0)
            return ("0", 0);
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E');
        string mantissa = mark < 0 ? text : text[..mark];
        int power = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.') is var found and >= 0 ? found : mantissa.Length;
        string significant = mantissa.Replace(".", "");
        string digits = significant.TrimStart('0');
        return (digits.TrimEnd('0'), power + point - 1 - (significant.Length - digits.Length));
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length > exponent + 1
            ? $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : digits + new string('0', exponent + 1 - digits.Length) + ".0";
    }
}
