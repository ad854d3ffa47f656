namespace AdapterToolkit.Formats.Jinja;

/// <summary>Reads expressions, with Jinja's precedence of operators (its power binds from left to right, unlike Python's).</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    /// <summary>Called with every variable that an expression reads.</summary>
    public Action<string>? NameRead { get; set; }

    /// <summary>An expression.</summary>
    public Expression Parse() => tokens.Nested(ParseConditional);

    /// <summary>An expression, or several with commas between them: a tuple.</summary>
    public Expression ParseTuple() => ParseTuple(Parse, inParentheses: false);

    /// <summary>As <see cref="ParseTuple()"/>, but without a conditional expression, whose <c>if</c> would belong to the statement.</summary>
    public Expression ParseTupleWithoutCondition() => ParseTuple(() => tokens.Nested(ParseOr), inParentheses: false);

    /// <summary>A filter's name and arguments, and those of the filters after it, for the text of a block.</summary>
    public FilterExpression ParseBlockFilters()
    {
        FilterExpression filter = ParseFilter(null);
        while (tokens.SkipOperator("|"))
            filter = ParseFilter(filter);
        return filter;
    }

    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (tokens.Current.IsName("if"))
        {
            int offset = tokens.Next().Offset;
            Expression test = ParseOr();
            Expression? otherwise = tokens.SkipName("else") ? tokens.Nested(ParseConditional) : null;
            value = new ConditionalExpression(offset, test, value, otherwise);
        }

        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (tokens.Current.IsName("or"))
            left = new LogicalExpression(tokens.Next().Offset, IsAnd: false, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (tokens.Current.IsName("and"))
            left = new LogicalExpression(tokens.Next().Offset, IsAnd: true, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
        => tokens.Current.IsName("not") ? new NotExpression(tokens.Next().Offset, tokens.Nested(ParseNot)) : ParseComparison();

    private Expression ParseComparison()
    {
        int offset = tokens.Current.Offset;
        Expression first = ParseSum();
        var rest = new List<Comparison>();
        while (ReadComparisonOperator() is { } comparison)
            rest.Add(new Comparison(comparison, ParseSum()));
        return rest.Count == 0 ? first : new ComparisonExpression(offset, first, rest);
    }

    private string? ReadComparisonOperator()
    {
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            return tokens.Next().Text;
        if (tokens.SkipName("in"))
            return "in";
        if (!tokens.Current.IsName("not") || !tokens.Following.IsName("in"))
            return null;
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression ParseSum() => ParseArithmetic(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        int offset = tokens.Current.Offset;
        var parts = new List<Expression> { ParseProduct() };
        while (tokens.SkipOperator("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new ConcatenationExpression(offset, parts);
    }

    private Expression ParseProduct() => ParseArithmetic(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseArithmetic(() => ParseUnary(withFilters: true), "**");

    private Expression ParseArithmetic(Func<Expression> parseOperand, params ReadOnlySpan<string> operators)
    {
        Expression left = parseOperand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            Token token = tokens.Next();
            left = new ArithmeticExpression(token.Offset, token.Text, left, parseOperand());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        int offset = tokens.Current.Offset;
        Expression value = tokens.SkipOperator("-") ? new SignExpression(offset, Negates: true, ParseOperand())
            : tokens.SkipOperator("+") ? new SignExpression(offset, Negates: false, ParseOperand())
            : ParsePrimary();
        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;

        Expression ParseOperand() => tokens.Nested(() => ParseUnary(withFilters: false));
    }
}
