using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's numbers: whole ones (truth values among them) of any size, up to a bound, and double floats.</summary>
internal static class Numbers
{
    /// <summary>The most bits of a whole number: some 4,300 decimal digits, which is as many as Python writes.</summary>
    public const int MostBits = 14_284;

    /// <summary>The most digits of a whole number that is read, as in Python.</summary>
    public const int MostDigits = 4300;

    /// <summary>A value as a whole number, if it is one; true is 1.</summary>
    public static BigInteger? TryInteger(object value) => value switch
    {
        BigInteger number => number,
        bool truth => truth ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    /// <summary>A value as a float, if it is a number.</summary>
    public static double? TryFloat(object value) => value is double number ? number : TryInteger(value) is { } whole ? ToFloat(whole) : null;

    /// <summary>A value that must be a whole number.</summary>
    public static BigInteger ToInteger(object value)
        => TryInteger(value)
            ?? throw (value is UndefinedValue undefined ? undefined.Error() : JinjaException.Values($"a whole number is needed, not '{TypeName.Of(value)}'."));

    /// <summary>A value that must be a whole number and is used as a place or a count; beyond the range of <see cref="int"/> it is cut to it.</summary>
    public static int ToCount(object value)
    {
        BigInteger number = ToInteger(value);
        return (int)BigInteger.Max(int.MinValue, BigInteger.Min(int.MaxValue, number));
    }

    /// <summary>A whole number as a float.</summary>
    /// <exception cref="JinjaException">It is too large.</exception>
    public static double ToFloat(BigInteger value)
    {
        double number = RoundToFloat(value);
        return double.IsFinite(number) ? number : throw JinjaException.Values("int too large to convert to float.");
    }

    /// <summary>A float's whole part.</summary>
    public static BigInteger Truncate(double value) => double.IsFinite(value)
        ? new BigInteger(value)
        : throw JinjaException.Values($"cannot convert float {FloatText.Of(value)} to integer.");

    /// <summary>A whole number, if it is not larger than a template may make one.</summary>
    public static BigInteger Bounded(BigInteger value)
        => value.GetBitLength() <= MostBits ? value : throw JinjaException.Template($"the template makes a whole number of more than {MostBits} bits.");

    /// <summary>Compares two numbers by value, if both are numbers. One that is not a number is unequal to all, and greater.</summary>
    public static bool TryCompare(object left, object right, out int order)
    {
        order = 1;
        if (TryInteger(left) is { } a && TryInteger(right) is { } b)
        {
            order = a.CompareTo(b);
            return true;
        }

        if (!IsNumber(left) || !IsNumber(right))
            return false;
        if (left is double x && right is double y)
            order = double.IsNaN(x) || double.IsNaN(y) ? 1 : x.CompareTo(y);
        else if (left is double number)
            order = CompareFloat(number, TryInteger(right)!.Value);
        else if (!double.IsNaN((double)right))
            order = -CompareFloat((double)right, TryInteger(left)!.Value);
        return true;
    }

    /// <summary>Whether a value is a number that is not a number.</summary>
    public static bool IsNaN(object value) => value is double.NaN;

    /// <summary>Whether a value is a number; truth values are.</summary>
    public static bool IsNumber(object value) => value is bool or BigInteger or double;

    /// <summary>The same hash for equal numbers.</summary>
    public static int ToHash(object value) => value is double number
        ? double.IsFinite(number) && Math.Floor(number) == number ? new BigInteger(number).GetHashCode() : number.GetHashCode()
        : TryInteger(value)!.Value.GetHashCode();

    private static int CompareFloat(double left, BigInteger right)
    {
        if (double.IsNaN(left))
            return 1;
        if (double.IsInfinity(left))
            return Math.Sign(left);
        double floor = Math.Floor(left);
        int order = new BigInteger(floor).CompareTo(right);
        return order == 0 && left > floor ? 1 : order;
    }

    /// <summary>The nearest float, ties to even: BigInteger's own conversion cuts off.</summary>
    private static double RoundToFloat(BigInteger value)
        => BigInteger.Abs(value) < 1L << 53 ? (double)(long)value : double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
