namespace AdapterToolkit.Checkpoints.Jinja;

/// <summary>Reads expressions, with Jinja's precedence of operators (its power binds from left to right, unlike Python's).</summary>
internal sealed class ExpressionParser(TokenStream tokens)
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

    /// <summary>A constant, a name, or something in brackets.</summary>
    public Expression ParsePrimary()
    {
        Token token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Next();
                return Literals.Find(token.Text) is { } value ? new LiteralExpression(token.Offset, value) : ReadName(token);
            case TokenKind.String:
                return ParseStrings();
            case TokenKind.Integer:
                tokens.Next();
                return new LiteralExpression(token.Offset, NumberScanner.ReadInteger(token));
            case TokenKind.Float:
                tokens.Next();
                return new LiteralExpression(token.Offset, NumberScanner.ReadFloat(token.Text));
            case TokenKind.Operator when token.Text == "(":
                tokens.Next();
                Expression tuple = ParseTuple(Parse, inParentheses: true);
                tokens.ExpectOperator(")");
                return tuple;
            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(token.Offset, ParseItems("]", Parse));
            case TokenKind.Operator when token.Text == "{":
                return new DictionaryExpression(token.Offset, ParseItems("}", ParsePair));
            default:
                throw tokens.Unexpected("an expression");
        }
    }

    private NameExpression ReadName(Token token)
    {
        NameRead?.Invoke(token.Text);
        return new NameExpression(token.Offset, token.Text);
    }

    /// <summary>Texts that stand beside each other are one.</summary>
    private LiteralExpression ParseStrings()
    {
        int offset = tokens.Current.Offset;
        var parts = new List<string>();
        while (tokens.Current.Kind == TokenKind.String)
            parts.Add(tokens.Next().Text);
        return new LiteralExpression(offset, string.Concat(parts));
    }

    private KeyValuePair<Expression, Expression> ParsePair()
    {
        Expression key = Parse();
        tokens.ExpectOperator(":");
        return KeyValuePair.Create(key, Parse());
    }

    /// <summary>Items in brackets with commas between them; one may stand after the last.</summary>
    private List<T> ParseItems<T>(string end, Func<T> parseItem)
    {
        tokens.Next();
        var items = new List<T>();
        while (!tokens.Current.IsOperator(end))
        {
            if (items.Count > 0)
                tokens.ExpectOperator(",");
            if (tokens.Current.IsOperator(end))
                break;
            items.Add(parseItem());
        }

        tokens.Next();
        return items;
    }

    private Expression ParseTuple(Func<Expression> parseItem, bool inParentheses)
    {
        int offset = tokens.Current.Offset;
        var items = new List<Expression>();
        bool isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(parseItem());
            if (!tokens.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (items.Count == 1 && !isTuple)
            return items[0];
        return items.Count > 0 || inParentheses ? new TupleExpression(offset, items) : throw tokens.Unexpected("an expression");
    }

    private bool IsTupleEnd()
        => tokens.Current.Kind is TokenKind.OutputEnd or TokenKind.TagEnd || tokens.Current.IsOperator(")") || tokens.Current.IsName("recursive");

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (tokens.Current.IsOperator("."))
                value = ParseAttribute(value);
            else if (tokens.Current.IsOperator("["))
                value = ParseItem(value);
            else if (tokens.Current.IsOperator("("))
                value = new CallExpression(tokens.Current.Offset, value, ParseArguments());
            else
                return value;
        }
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
                value = ParseFilter(value);
            else if (tokens.SkipName("is"))
                value = ParseTest(value);
            else if (tokens.Current.IsOperator("("))
                value = new CallExpression(tokens.Current.Offset, value, ParseArguments());
            else
                return value;
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        int offset = tokens.Next().Offset;
        Token name = tokens.Next();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(offset, target, name.Text),
            TokenKind.Integer => new ItemExpression(offset, target, new LiteralExpression(name.Offset, NumberScanner.ReadInteger(name))),
            _ => throw JinjaException.Template($"{name.Description} stands where an attribute's name or number is expected.", name.Offset),
        };
    }

    private Expression ParseItem(Expression target)
    {
        int offset = tokens.Next().Offset;
        Expression? start = tokens.Current.IsOperator(":") ? null : ParseTuple(Parse, inParentheses: false);
        if (start is not null && tokens.SkipOperator("]"))
            return new ItemExpression(offset, target, start);
        tokens.ExpectOperator(":");
        Expression? stop = ParseBound(), step = tokens.SkipOperator(":") ? ParseBound() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(offset, target, start, stop, step);

        Expression? ParseBound() => tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Parse();
    }

    private FilterExpression ParseFilter(Expression? target)
    {
        (string name, int offset) = ParseQualifiedName("a filter's name");
        Filter filter = Filters.Find(name) ?? throw JinjaException.Template($"the filter '{Excerpt.Of(name)}' is not supported.", offset);
        return new FilterExpression(offset, target, name, filter, tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty);
    }

    private Expression ParseTest(Expression target)
    {
        bool negated = tokens.SkipName("not");
        (string name, int offset) = ParseQualifiedName("a test's name");
        Test test = Tests.Find(name) ?? throw JinjaException.Template($"the test '{Excerpt.Of(name)}' is not supported.", offset);
        ArgumentList arguments = tokens.Current.IsOperator("(") ? ParseArguments()
            : BeginsTestArgument() ? new ArgumentList([ParsePostfix(ParsePrimary())], [])
            : ArgumentList.Empty;
        var expression = new TestExpression(offset, target, test, arguments);
        return negated ? new NotExpression(offset, expression) : expression;
    }

    /// <summary>Whether a test's argument stands here without parentheses: <c>x is divisibleby 3</c>.</summary>
    private bool BeginsTestArgument()
    {
        Token token = tokens.Current;
        if (token.IsName("is"))
            throw tokens.Error("tests cannot be chained; put the first one in parentheses.");
        return token.Kind switch
        {
            TokenKind.Name => token.Text is not ("else" or "or" or "and"),
            TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
            TokenKind.Operator => token.Text is "[" or "{",
            _ => false,
        };
    }

    private (string Name, int Offset) ParseQualifiedName(string what)
    {
        Token token = tokens.Expect(TokenKind.Name, what);
        string name = token.Text;
        while (tokens.SkipOperator("."))
            name += "." + tokens.Expect(TokenKind.Name, what).Text;
        return (name, token.Offset);
    }

    /// <summary>Arguments in parentheses: first those by place, then those by name, <c>*</c> and <c>**</c> at most once each.</summary>
    public ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var keywords = new List<KeyValuePair<string, Expression>>();
        Expression? rest = null, keywordRest = null;
        bool first = true;
        while (!tokens.Current.IsOperator(")"))
        {
            if (!first)
                tokens.ExpectOperator(",");
            first = false;
            if (tokens.Current.IsOperator(")"))
                break;
            Token token = tokens.Current;
            if (rest is null && keywordRest is null && tokens.SkipOperator("*"))
                rest = Parse();
            else if (keywordRest is null && tokens.SkipOperator("**"))
                keywordRest = Parse();
            else if (token.Kind == TokenKind.Name && tokens.Following.IsOperator("=") && keywordRest is null)
                keywords.Add(ParseKeyword());
            else if (keywords.Count == 0 && rest is null && keywordRest is null)
                positional.Add(Parse());
            else
                throw JinjaException.Template("an argument by place stands after one by name.", token.Offset);
        }

        tokens.Next();
        return new ArgumentList(positional, keywords, rest, keywordRest);
    }

    private KeyValuePair<string, Expression> ParseKeyword()
    {
        string name = tokens.Next().Text;
        tokens.Next();
        return KeyValuePair.Create(name, Parse());
    }
}
