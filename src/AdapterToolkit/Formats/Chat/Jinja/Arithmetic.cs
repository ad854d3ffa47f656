using System.Numerics;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's arithmetic operators, for numbers, texts, lists and tuples.</summary>
internal sealed class Arithmetic(Budget budget)
{
    /// <summary>Evaluates an operator.</summary>
    /// <exception cref="JinjaException">Python has no such operation for these values, or it fails.</exception>
    public object Apply(string operation, object left, object right)
    {
        if (left is UndefinedValue leftMissing)
            throw leftMissing.Error();
        if (right is UndefinedValue rightMissing && !(operation == "%" && left is string))
            throw rightMissing.Error();
        if (operation == "+" && Join(left, right) is { } joined)
            return joined;
        if (operation == "*" && Repeat(left, right) is { } repeated)
            return repeated;
        if (operation == "%" && left is string format)
            return new PrintfFormat(budget).Format(format, right);
        if (Numbers.TryInteger(left) is { } a && Numbers.TryInteger(right) is { } b)
            return Integers(operation, a, b);
        if (Numbers.TryFloat(left) is { } x && Numbers.TryFloat(right) is { } y)
            return Floats(operation, x, y);
        throw operation == "+" && left is string or SequenceValue
            ? JinjaException.Values($"can only concatenate {TypeName.Of(left)} (not '{TypeName.Of(right)}') to {TypeName.Of(left)}.")
            : JinjaException.Values($"unsupported operand types for {operation}: '{TypeName.Of(left)}' and '{TypeName.Of(right)}'.");
    }

    /// <summary>Evaluates a sign.</summary>
    public static object Sign(bool negates, object value)
    {
        if (value is UndefinedValue undefined)
            throw undefined.Error();
        if (value is double number)
            return negates ? -number : number;
        return Numbers.TryInteger(value) is { } whole
            ? negates ? -whole : whole
            : throw JinjaException.Values($"bad operand type for unary {(negates ? '-' : '+')}: '{TypeName.Of(value)}'.");
    }

    private object? Join(object left, object right)
    {
        switch (left, right)
        {
            case (string a, string b):
                budget.SpendText((long)a.Length + b.Length);
                return a + b;
            case (ListValue a, ListValue b):
                budget.SpendList((long)a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]);
            case (TupleValue a, TupleValue b):
                budget.SpendList((long)a.Items.Count + b.Items.Count);
                return new TupleValue([.. a.Items, .. b.Items]);
            default:
                return null;
        }
    }

    private object? Repeat(object left, object right)
    {
        if (left is string or SequenceValue && Numbers.TryInteger(right) is { } count)
            return Repeat(left, (long)BigInteger.Max(0, BigInteger.Min(count, int.MaxValue)));
        return right is string or SequenceValue && Numbers.TryInteger(left) is not null ? Repeat(right, left) : null;
    }

    private object Repeat(object value, long count)
    {
        if (value is string text)
        {
            budget.SpendText(text.Length * count);
            return new StringBuilder(text.Length * (int)count).Insert(0, text, text.Length == 0 ? 0 : (int)count).ToString();
        }

        IReadOnlyList<object> items = ((SequenceValue)value).Items;
        budget.SpendList(items.Count * count);
        object[] repeated = new object[items.Count * (int)count];
        for (int i = 0; i < repeated.Length; i++)
            repeated[i] = items[i % items.Count];
        return value is ListValue ? new ListValue(repeated) : new TupleValue(repeated);
    }

    private static object Integers(string operation, BigInteger left, BigInteger right)
    {
        Budget.Charge((left.GetBitLength() + right.GetBitLength()) / 64);
        return CombineIntegers(operation, left, right);
    }

    private static object CombineIntegers(string operation, BigInteger left, BigInteger right) => operation switch
    {
        "+" => Numbers.Bounded(left + right),
        "-" => Numbers.Bounded(left - right),
        "*" => Numbers.Bounded(left * right),
        "/" => Divide(left, right),
        "//" => FloorDivide(left, NotZero(right, "integer division or modulo by zero.")),
        "%" => left - FloorDivide(left, NotZero(right, "integer modulo by zero.")) * right,
        _ => Power(left, right),
    };

    private static double Floats(string operation, double left, double right) => operation switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / NotZero(right, "float division by zero."),
        "//" => FloorDivide(left, NotZero(right, "float floor division by zero.")),
        "%" => Modulo(left, NotZero(right, "float modulo.")),
        _ => Power(left, right),
    };

    private static BigInteger NotZero(BigInteger value, string problem) => value.IsZero ? throw JinjaException.Values(problem) : value;

    private static double NotZero(double value, string problem) => value == 0 ? throw JinjaException.Values(problem) : value;

    /// <summary>The float nearest to the quotient.</summary>
    private static double Divide(BigInteger left, BigInteger right)
    {
        NotZero(right, "division by zero.");
        if (BigInteger.Abs(left) <= 1L << 53 && BigInteger.Abs(right) <= 1L << 53)
            return (double)(long)left / (long)right;

        // With 66 bits or more before it, what the division leaves over only breaks ties: it becomes the last bit.
        int shift = Math.Max(0, 66 - (int)(left.GetBitLength() - right.GetBitLength()));
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(left) << shift, BigInteger.Abs(right), out BigInteger rest);
        double rounded = Numbers.ToFloat((quotient << 1) + (rest.IsZero ? 0 : 1));
        return (left.Sign == right.Sign ? 1 : -1) * Math.ScaleB(rounded, -shift - 1);
    }

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger rest);
        return !rest.IsZero && rest.Sign != right.Sign ? quotient - 1 : quotient;
    }

    private static double Modulo(double left, double right)
    {
        double rest = left % right;
        if (rest == 0)
            return Math.CopySign(0, right);
        return Math.Sign(rest) == Math.Sign(right) ? rest : rest + right;
    }

    private static double FloorDivide(double left, double right)
    {
        double quotient = (left - Modulo(left, right)) / right;
        if (quotient == 0)
            return Math.CopySign(0, left / right);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static object Power(BigInteger left, BigInteger right)
    {
        if (right.Sign < 0)
            return Power(Numbers.ToFloat(left), Numbers.ToFloat(right));
        if (BigInteger.Abs(left) <= 1)
            return left.IsOne || right.IsZero ? BigInteger.One : left.IsZero ? left : right.IsEven ? BigInteger.One : left;
        if (right * (left.GetBitLength() - 1) > Numbers.MostBits)
            throw JinjaException.Template($"the template makes a whole number of more than {Numbers.MostBits} bits.");
        Budget.Charge((long)(right * left.GetBitLength()) / 64);
        return Numbers.Bounded(BigInteger.Pow(left, (int)right));
    }

    private static double Power(double left, double right)
    {
        if (left == 0 && right < 0)
            throw JinjaException.Values("0.0 cannot be raised to a negative power.");
        if (left < 0 && double.IsFinite(left) && double.IsFinite(right) && Math.Floor(right) != right)
            throw JinjaException.Values("complex numbers are not supported.");
        double power = Math.Pow(left, right);
        return double.IsInfinity(power) && double.IsFinite(left) && double.IsFinite(right)
            ? throw JinjaException.Values("the power is too large for a float.")
            : power;
    }
}
