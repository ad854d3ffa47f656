using System.Globalization;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's <c>strftime</c> in its C locale, for the clock's local time.</summary>
internal sealed class TimeFormat(Rendering rendering)
{
    /// <summary>The current time in a format.</summary>
    /// <exception cref="JinjaException">A directive of the format is not known.</exception>
    public string Format(string format)
    {
        DateTime now = rendering.Clock.GetLocalNow().DateTime;
        var text = new TextBuilder(rendering.Budget);
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            char flag = format[++i] is '-' or '_' or '0' or '^' && i + 1 < format.Length ? format[i++] : ' ';
            string part = Part(now, format[i]) ?? throw JinjaException.Template($"the directive '%{format[i]}' of strftime_now is not supported.");
            text.Append(Adjust(part, flag));
        }

        return text.ToString();
    }

    private static string? Part(DateTime time, char directive) => directive switch
    {
        'a' => Written(time, "ddd"),
        'A' => Written(time, "dddd"),
        'b' or 'h' => Written(time, "MMM"),
        'B' => Written(time, "MMMM"),
        'c' => Written(time, "ddd MMM ") + Spaced(time.Day) + Written(time, " HH:mm:ss yyyy"),
        'C' => Written(time, "yyyy")[..2],
        'd' => Written(time, "dd"),
        'D' or 'x' => Written(time, "MM'/'dd'/'yy"),
        'e' => Spaced(time.Day),
        'f' => Written(time, "ffffff"),
        'F' => Written(time, "yyyy-MM-dd"),
        'G' => Digits(ISOWeek.GetYear(time), 4),
        'g' => Digits(ISOWeek.GetYear(time) % 100, 2),
        'H' => Written(time, "HH"),
        'I' => Written(time, "hh"),
        'j' => Digits(time.DayOfYear, 3),
        'k' => Spaced(time.Hour),
        'l' => Spaced((time.Hour + 11) % 12 + 1),
        'm' => Written(time, "MM"),
        'M' => Written(time, "mm"),
        'n' => "\n",
        'p' => Written(time, "tt"),
        'P' => Written(time, "tt").ToLowerInvariant(),
        'r' => Written(time, "hh:mm:ss tt"),
        'R' => Written(time, "HH:mm"),
        'S' => Written(time, "ss"),
        't' => "\t",
        'T' or 'X' => Written(time, "HH:mm:ss"),
        'u' => Digits((int)time.DayOfWeek == 0 ? 7 : (int)time.DayOfWeek, 1),
        'U' => Digits((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
        'V' => Digits(ISOWeek.GetWeekOfYear(time), 2),
        'w' => Digits((int)time.DayOfWeek, 1),
        'W' => Digits((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2),
        'y' => Written(time, "yy"),
        'Y' => Digits(time.Year, 1),
        'z' or 'Z' => "",
        '%' => "%",
        _ => null,
    };

    /// <summary>Applies a flag: no padding, spaces or zeros as padding, capitals.</summary>
    private static string Adjust(string part, char flag)
    {
        switch (flag)
        {
            case '^':
                return part.ToUpperInvariant();
            case ' ':
                return part;
        }

        string bare = part.TrimStart('0', ' ');
        if (bare.Length == 0 || !bare.All(char.IsAsciiDigit))
            bare = part.Length > 0 && part.All(character => character is '0' or ' ') ? "0" : part;
        return flag switch
        {
            '-' => bare,
            '_' => bare.PadLeft(part.Length),
            _ => bare.PadLeft(part.Length, '0'),
        };
    }

    private static string Written(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Digits(int value, int least) => value.ToString(CultureInfo.InvariantCulture).PadLeft(least, '0');

    private static string Spaced(int value) => value.ToString(CultureInfo.InvariantCulture).PadLeft(2);
}
