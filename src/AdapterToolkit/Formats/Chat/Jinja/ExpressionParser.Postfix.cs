namespace AdapterToolkit.Formats.Jinja;

/// <content>What stands behind a value: attributes, items, calls, filters and tests, with their arguments.</content>
internal sealed partial class ExpressionParser
{
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
