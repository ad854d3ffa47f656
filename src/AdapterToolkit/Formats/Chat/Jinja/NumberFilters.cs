using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters that make numbers.</summary>
internal static class NumberFilters
{
    public static Dictionary<string, Filter> All { get; } = new()
    {
        ["abs"] = Abs,
        ["round"] = Round,
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["sum"] = Sum,
    };

    private static object Abs(Rendering rendering, object value, Arguments arguments)
    {
        arguments.Bind("abs");
        if (value is double number)
            return Math.Abs(number);
        return Numbers.TryInteger(value) is { } whole ? BigInteger.Abs(whole) : throw Unfit("abs", value);
    }

    private static object Round(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("round", "precision", "method");
        int precision = bound[0] is { } given ? Numbers.ToCount(given) : 0;
        string method = bound[1] is null ? "common" : StringMethods.ToText("round", bound[1]);
        if (!Numbers.IsNumber(value))
            throw Unfit("round", value);
        switch (method)
        {
            case "common":
                return value is double number ? ExactDecimal.Round(number, precision) : ExactDecimal.Round(Numbers.ToInteger(value), precision);
            case "ceil" or "floor":
                var arithmetic = new Arithmetic(rendering.Budget);
                object power = arithmetic.Apply("**", new BigInteger(10), new BigInteger(precision));
                object scaled = arithmetic.Apply("*", value, power);
                object whole = scaled is double fraction ? Numbers.Truncate(method == "ceil" ? Math.Ceiling(fraction) : Math.Floor(fraction)) : scaled;
                return arithmetic.Apply("/", whole, power);
            default:
                throw JinjaException.Values($"round() knows the methods 'common', 'ceil' and 'floor', not '{Excerpt.Of(method)}'.");
        }
    }

    /// <summary>What is no whole number becomes one: the whole part of a number, also of one that is written out, else the default.</summary>
    private static object ToInteger(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("int", "default", "base");
        int radix = bound[1] is { } given ? Numbers.ToCount(given) : 10;
        if (radix is not (2 or 8 or 10 or 16))
            throw JinjaException.Template($"int() is supported for the bases 2, 8, 10 and 16, not {radix}.");
        object otherwise = bound[0] ?? BigInteger.Zero;
        switch (value)
        {
            case UndefinedValue undefined:
                throw undefined.Error();
            case string text when IntegerText.Parse(Stripping.Strip(text, null, atStart: true, atEnd: true), radix) is { } number:
                return number;
            case string text:
                return FloatParser.Parse(text) is { } fraction && double.IsFinite(fraction) ? Numbers.Truncate(fraction) : otherwise;
            case double.NaN:
                return otherwise;
            case double number:
                return Numbers.Truncate(number);
            default:
                return Numbers.TryInteger(value) ?? otherwise;
        }
    }

    private static object ToFloat(Rendering rendering, object value, Arguments arguments)
    {
        object otherwise = arguments.Bind("float", "default")[0] ?? 0.0;
        return value switch
        {
            UndefinedValue undefined => throw undefined.Error(),
            string text => FloatParser.Parse(text) ?? otherwise,
            _ => Numbers.TryFloat(value) ?? otherwise,
        };
    }

    private static object Sum(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sum", "attribute", "start");
        var path = new AttributePath(rendering, bound[0]);
        var arithmetic = new Arithmetic(rendering.Budget);
        object sum = bound[1] ?? BigInteger.Zero;
        if (sum is string)
            throw JinjaException.Values("sum() can't sum strings; use join.");
        foreach (object item in Iteration.Items(value))
        {
            rendering.Budget.Spend();
            sum = arithmetic.Apply("+", sum, path.Follow(item));
        }

        return sum;
    }

    private static JinjaException Unfit(string filter, object value)
        => value is UndefinedValue undefined ? undefined.Error() : JinjaException.Values($"{filter}() needs a number, not '{TypeName.Of(value)}'.");
}
