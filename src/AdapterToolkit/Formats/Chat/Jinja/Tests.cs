using System.Collections.Frozen;
using System.Numerics;
using System.Text;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The tests, by name: what can stand after <c>is</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Test> s_tests = new Dictionary<string, Test>
    {
        ["defined"] = Plain("defined", value => value is not UndefinedValue),
        ["undefined"] = Plain("undefined", value => value is UndefinedValue),
        ["none"] = Plain("none", value => value is None),
        ["boolean"] = Plain("boolean", value => value is bool),
        ["true"] = Plain("true", value => value is true),
        ["false"] = Plain("false", value => value is false),
        ["integer"] = Plain("integer", value => value is BigInteger),
        ["float"] = Plain("float", value => value is double),
        ["number"] = Plain("number", Numbers.IsNumber),
        ["string"] = Plain("string", value => value is string),
        ["mapping"] = Plain("mapping", value => value is DictionaryValue),
        ["sequence"] = Plain("sequence", value => value is string or SequenceValue or DictionaryValue or RangeValue or UndefinedValue),
        ["iterable"] = Plain("iterable", value => Iteration.TryItems(value) is not null),
        ["callable"] = Plain("callable", value => value is CallableValue or UndefinedValue),
        ["even"] = (rendering, value, arguments) => arguments.Bind("even") is [] && HasRemainder(rendering, value, new BigInteger(2), BigInteger.Zero),
        ["odd"] = (rendering, value, arguments) => arguments.Bind("odd") is [] && HasRemainder(rendering, value, new BigInteger(2), BigInteger.One),
        ["divisibleby"] = (rendering, value, arguments) =>
            HasRemainder(rendering, value, Needed("divisibleby", arguments.Bind("divisibleby", "num")), BigInteger.Zero),
        ["lower"] = (rendering, value, arguments) => IsCase("lower", rendering, value, arguments, Characters.IsLower),
        ["upper"] = (rendering, value, arguments) => IsCase("upper", rendering, value, arguments, Characters.IsUpper),
        ["sameas"] = (_, value, arguments) => IsSame(value, Needed("sameas", arguments.Bind("sameas", "other"))),
        ["escaped"] = Plain("escaped", _ => false),
        ["filter"] = Plain("filter", value => value is string name && Filters.Find(name) is not null),
        ["test"] = Plain("test", value => value is string name && Find(name) is not null),
        ["in"] = (rendering, value, arguments) => Membership.Contains(Needed("in", arguments.Bind("in", "seq")), value, rendering.Budget),
        ["=="] = Equal,
        ["eq"] = Equal,
        ["equalto"] = Equal,
        ["!="] = NotEqual,
        ["ne"] = NotEqual,
        ["<"] = Compare("<"),
        ["lt"] = Compare("<"),
        ["lessthan"] = Compare("<"),
        ["<="] = Compare("<="),
        ["le"] = Compare("<="),
        [">"] = Compare(">"),
        ["gt"] = Compare(">"),
        ["greaterthan"] = Compare(">"),
        [">="] = Compare(">="),
        ["ge"] = Compare(">="),
    }.ToFrozenDictionary();

    /// <summary>A test, or null.</summary>
    public static Test? Find(string name) => s_tests.GetValueOrDefault(name);

    private static Test Plain(string name, Func<object, bool> test) => (_, value, arguments) =>
    {
        arguments.Bind(name);
        return test(value);
    };

    private static Test Compare(string comparison) => (_, value, arguments) => Ordering.Holds(comparison, value, Other(arguments));

    private static bool Equal(Rendering rendering, object value, Arguments arguments) => ValueComparer.Instance.Equals(value, Other(arguments));

    private static bool NotEqual(Rendering rendering, object value, Arguments arguments) => !ValueComparer.Instance.Equals(value, Other(arguments));

    private static object Other(Arguments arguments) => Needed("comparison", arguments.Bind("comparison", "other"));

    private static object Needed(string test, object?[] bound) => bound[0] ?? throw JinjaException.Values($"the test '{test}' needs an argument.");

    private static bool HasRemainder(Rendering rendering, object value, object divisor, BigInteger remainder) => value is string
        ? throw JinjaException.Values("a text has no remainder.")
        : ValueComparer.Instance.Equals(new Arithmetic(rendering.Budget).Apply("%", value, divisor), remainder);

    private static bool IsCase(string name, Rendering rendering, object value, Arguments arguments, Func<Rune, bool> isCase)
    {
        arguments.Bind(name);
        string text = rendering.Text(value);
        rendering.Budget.SpendText(text.Length);
        return Casing.IsAll(text, isCase);
    }

    /// <summary>Whether two values are one object. Python's small numbers and short texts are; so are equal ones of one type here.</summary>
    private static bool IsSame(object value, object other) => value switch
    {
        SequenceValue or DictionaryValue => ReferenceEquals(value, other),
        _ => value.GetType() == other.GetType() && ValueComparer.Instance.Equals(value, other),
    };
}
