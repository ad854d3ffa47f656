using System.Globalization;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Reads floats as Python's <c>float</c> does.</summary>
internal static class FloatParser
{
    /// <summary>The number, or null where the text is none.</summary>
    public static double? Parse(string text)
    {
        text = Stripping.Strip(text, null, atStart: true, atEnd: true);
        string unsigned = text.TrimStart('+', '-');
        if (text.Length - unsigned.Length > 1)
            return null;
        double sign = text.StartsWith('-') ? -1 : 1;
        switch (unsigned.ToLowerInvariant())
        {
            case "inf" or "infinity":
                return sign * double.PositiveInfinity;
            case "nan":
                return double.NaN;
        }

        for (int i = 0; i < unsigned.Length; i++)
        {
            bool between = i > 0 && i + 1 < unsigned.Length && char.IsAsciiDigit(unsigned[i - 1]) && char.IsAsciiDigit(unsigned[i + 1]);
            if (!char.IsAsciiDigit(unsigned[i]) && !(unsigned[i] == '_' && between) && unsigned[i] is not ('.' or 'e' or 'E' or '+' or '-'))
                return null;
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(unsigned.Replace("_", ""), style, CultureInfo.InvariantCulture, out double number) ? sign * number : null;
    }
}
