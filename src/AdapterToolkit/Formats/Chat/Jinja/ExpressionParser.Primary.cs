namespace AdapterToolkit.Formats.Jinja;

/// <content>What operators stand between: constants, names, and what is in brackets.</content>
internal sealed partial class ExpressionParser
{
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
}
