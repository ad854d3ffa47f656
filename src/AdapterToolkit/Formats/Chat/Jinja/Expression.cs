namespace AdapterToolkit.Formats.Jinja;

/// <summary>An expression of a template.</summary>
/// <param name="Offset">Where it stands in the template, for errors.</param>
internal abstract record Expression(int Offset);

/// <summary>A constant.</summary>
internal sealed record LiteralExpression(int Offset, object Value) : Expression(Offset);

/// <summary>A variable.</summary>
internal sealed record NameExpression(int Offset, string Name) : Expression(Offset);

/// <summary><c>[a, b]</c></summary>
internal sealed record ListExpression(int Offset, IReadOnlyList<Expression> Items) : Expression(Offset);

/// <summary><c>(a, b)</c></summary>
internal sealed record TupleExpression(int Offset, IReadOnlyList<Expression> Items) : Expression(Offset);

/// <summary><c>{a: b}</c></summary>
internal sealed record DictionaryExpression(int Offset, IReadOnlyList<KeyValuePair<Expression, Expression>> Items) : Expression(Offset);

/// <summary><c>a.b</c>: the attribute, or else the item, of that name.</summary>
internal sealed record AttributeExpression(int Offset, Expression Target, string Name) : Expression(Offset);

/// <summary><c>a[b]</c>: the item, or else the attribute, of that name.</summary>
internal sealed record ItemExpression(int Offset, Expression Target, Expression Index) : Expression(Offset);

/// <summary><c>a[b:c:d]</c></summary>
internal sealed record SliceExpression(int Offset, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Offset);

/// <summary><c>a(...)</c></summary>
internal sealed record CallExpression(int Offset, Expression Target, ArgumentList Arguments) : Expression(Offset);

/// <summary><c>a | filter(...)</c>. Without a target it stands for the text of a block.</summary>
internal sealed record FilterExpression(int Offset, Expression? Target, string Name, Filter Filter, ArgumentList Arguments) : Expression(Offset);

/// <summary><c>a is test(...)</c></summary>
internal sealed record TestExpression(int Offset, Expression Target, Test Test, ArgumentList Arguments) : Expression(Offset);

/// <summary><c>-a</c> or <c>+a</c></summary>
internal sealed record SignExpression(int Offset, bool Negates, Expression Operand) : Expression(Offset);

/// <summary><c>not a</c></summary>
internal sealed record NotExpression(int Offset, Expression Operand) : Expression(Offset);

/// <summary><c>a and b</c> or <c>a or b</c>: one of the operands.</summary>
internal sealed record LogicalExpression(int Offset, bool IsAnd, Expression Left, Expression Right) : Expression(Offset);

/// <summary>An arithmetic operator between two operands.</summary>
internal sealed record ArithmeticExpression(int Offset, string Operator, Expression Left, Expression Right) : Expression(Offset);

/// <summary><c>a ~ b ~ c</c></summary>
internal sealed record ConcatenationExpression(int Offset, IReadOnlyList<Expression> Parts) : Expression(Offset);

/// <summary><c>a &lt; b &lt;= c</c>: every pair of neighbours compared.</summary>
internal sealed record ComparisonExpression(int Offset, Expression First, IReadOnlyList<Comparison> Rest) : Expression(Offset);

/// <summary>
/// A comparison's operator (<c>==</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>></c>, <c>>=</c>, <c>in</c>, <c>not in</c>) and right operand.
/// </summary>
internal readonly record struct Comparison(string Operator, Expression Right);

/// <summary><c>a if b else c</c>; undefined where there is no <c>else</c> and the test fails.</summary>
internal sealed record ConditionalExpression(int Offset, Expression Test, Expression Then, Expression? Otherwise) : Expression(Offset);

/// <summary>The arguments of a call, a filter or a test.</summary>
/// <param name="Positional">Those by place.</param>
/// <param name="Keywords">Those by name.</param>
/// <param name="Rest">What <c>*</c> stands before, or null.</param>
/// <param name="KeywordRest">What <c>**</c> stands before, or null.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<KeyValuePair<string, Expression>> Keywords, Expression? Rest = null, Expression? KeywordRest = null)
{
    /// <summary>No argument.</summary>
    public static ArgumentList Empty { get; } = new([], []);
}
