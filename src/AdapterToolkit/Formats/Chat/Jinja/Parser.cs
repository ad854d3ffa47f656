namespace AdapterToolkit.Formats.Jinja;

/// <summary>Reads the statements of a template.</summary>
internal sealed class Parser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;

    /// <summary>Which of the special names each macro that surrounds what is read uses, those of macros within it included.</summary>
    private readonly Stack<HashSet<string>> _macroUses = new();

    /// <summary>How many loops of the innermost macro surround what is read.</summary>
    private int _loops;

    /// <summary>Whether a <c>{% generation %}</c> of the innermost macro surrounds what is read.</summary>
    private bool _isInGeneration;

    public Parser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens) { NameRead = NoteName };
    }

    /// <summary>Whether there is a <c>{% generation %}</c>.</summary>
    public bool HasGeneration { get; private set; }

    /// <summary>A whole template.</summary>
    public IReadOnlyList<Statement> ParseTemplate() => ParseBody();

    private void NoteName(string name)
    {
        if (name is not (MacroValue.Caller or MacroValue.Rest or MacroValue.KeywordRest))
            return;
        foreach (HashSet<string> uses in _macroUses)
            uses.Add(name);
    }

    /// <summary>
    /// Statements up to a tag with one of the given names, which is read up to behind the name, or up to the end of the template where none is given.
    /// </summary>
    private List<Statement> ParseBody(params string[] ends) => _tokens.Nested(() =>
    {
        var body = new List<Statement>();
        while (true)
        {
            Token token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.End when ends.Length == 0:
                    return body;
                case TokenKind.End:
                    throw _tokens.Unexpected($"'{{% {string.Join(" %}' or '{% ", ends)} %}}'");
                case TokenKind.Text:
                    body.Add(new TextStatement(token.Offset, _tokens.Next().Text));
                    break;
                case TokenKind.OutputBegin:
                    _tokens.Next();
                    body.Add(new OutputStatement(_tokens.Current.Offset, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.OutputEnd, "'}}'");
                    break;
                default:
                    _tokens.Next();
                    if (ends.Contains(_tokens.Current.Text) && _tokens.Current.Kind == TokenKind.Name)
                        return body;
                    body.Add(ParseStatement());
                    break;
            }
        }
    });

    /// <summary>Statements up to a tag of the given name, which is read whole.</summary>
    private List<Statement> ParseBlock(string end)
    {
        ExpectTagEnd();
        List<Statement> body = ParseBody(end);
        _tokens.ExpectName(end);
        ExpectTagEnd();
        return body;
    }

    private void ExpectTagEnd() => _tokens.Expect(TokenKind.TagEnd, "'%}'");

    private Statement ParseStatement()
    {
        Token tag = _tokens.Expect(TokenKind.Name, "a statement's name");
        return tag.Text switch
        {
            "if" => ParseIf(tag.Offset),
            "for" => ParseFor(tag.Offset),
            "set" => ParseSet(tag.Offset),
            "macro" => ParseMacro(tag.Offset),
            "call" => ParseCallBlock(tag.Offset),
            "filter" => new FilterBlockStatement(tag.Offset, _expressions.ParseBlockFilters(), ParseBlock("endfilter")),
            "with" => ParseWith(tag.Offset),
            "generation" => ParseGeneration(tag.Offset),
            "print" => ParsePrint(tag.Offset),
            "break" => ParseJump(tag, new BreakStatement(tag.Offset)),
            "continue" => ParseJump(tag, new ContinueStatement(tag.Offset)),
            _ => throw JinjaException.Template($"the statement '{Excerpt.Of(tag.Text)}' is not supported here.", tag.Offset),
        };
    }

    private IfStatement ParseIf(int offset)
    {
        var branches = new List<IfBranch>();
        IReadOnlyList<Statement> otherwise = [];
        string read;
        do
        {
            Expression test = _expressions.ParseTupleWithoutCondition();
            ExpectTagEnd();
            branches.Add(new IfBranch(test, ParseBody("elif", "else", "endif")));
            read = _tokens.Next().Text;
        }
        while (read == "elif");
        if (read == "else")
            otherwise = ParseBlock("endif");
        else
            ExpectTagEnd();
        return new IfStatement(offset, branches, otherwise);
    }

    private ForStatement ParseFor(int offset)
    {
        AssignmentTarget target = ParseTarget(allowsNamespace: false);
        _tokens.ExpectName("in");
        Expression items = _expressions.ParseTupleWithoutCondition();
        Expression? filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        bool isRecursive = _tokens.SkipName("recursive");
        ExpectTagEnd();
        _loops++;
        List<Statement> body = ParseBody("else", "endfor");
        _loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (_tokens.Next().Text == "else")
            otherwise = ParseBlock("endfor");
        else
            ExpectTagEnd();
        return new ForStatement(offset, target, items, filter, isRecursive, body, otherwise);
    }

    private Statement ParseJump(Token tag, Statement statement)
    {
        if (_loops == 0)
            throw JinjaException.Template($"'{tag.Text}' stands outside of a loop.", tag.Offset);
        ExpectTagEnd();
        return statement;
    }

    private Statement ParseSet(int offset)
    {
        AssignmentTarget target = ParseTarget(allowsNamespace: true);
        if (_tokens.SkipOperator("="))
        {
            Expression value = _expressions.ParseTuple();
            ExpectTagEnd();
            return new SetStatement(offset, target, value);
        }

        FilterExpression? filter = _tokens.SkipOperator("|") ? _expressions.ParseBlockFilters() : null;
        return new SetBlockStatement(offset, target, filter, ParseBlock("endset"));
    }

    private OutputStatement ParsePrint(int offset)
    {
        var values = new List<Expression>();
        do
            values.Add(_expressions.Parse());
        while (_tokens.SkipOperator(","));
        ExpectTagEnd();
        return new OutputStatement(offset, values.Count == 1 ? values[0] : new ConcatenationExpression(offset, values));
    }

    private WithStatement ParseWith(int offset)
    {
        var variables = new List<KeyValuePair<AssignmentTarget, Expression>>();
        while (_tokens.Current.Kind != TokenKind.TagEnd)
        {
            if (variables.Count > 0)
                _tokens.ExpectOperator(",");
            AssignmentTarget target = ParseSingleTarget(allowsNamespace: false);
            _tokens.ExpectOperator("=");
            variables.Add(KeyValuePair.Create(target, _expressions.Parse()));
        }

        return new WithStatement(offset, variables, ParseBlock("endwith"));
    }

    private GenerationStatement ParseGeneration(int offset)
    {
        if (_isInGeneration)
            throw JinjaException.Template("'generation' stands within another 'generation', which marks its text already.", offset);
        HasGeneration = true;
        return new GenerationStatement(offset, Apart(() => ParseBlock("endgeneration"), isInGeneration: true));
    }

    private MacroStatement ParseMacro(int offset)
    {
        Token name = _tokens.Expect(TokenKind.Name, "the macro's name");
        return new MacroStatement(offset, ParseDefinition(name.Text, ParseParameters, "endmacro"));
    }

    private CallBlockStatement ParseCallBlock(int offset)
    {
        CallExpression? call = null;
        MacroDefinition caller = ParseDefinition(
            MacroValue.Caller,
            () =>
            {
                IReadOnlyList<KeyValuePair<string, Expression?>> parameters = _tokens.Current.IsOperator("(") ? ParseParameters() : [];
                call = _expressions.Parse() as CallExpression ?? throw JinjaException.Template("'call' needs the call of a macro.", offset);
                return parameters;
            },
            "endcall");
        return new CallBlockStatement(offset, call!, caller);
    }

    private MacroDefinition ParseDefinition(string name, Func<IReadOnlyList<KeyValuePair<string, Expression?>>> parseParameters, string end)
    {
        IReadOnlyList<KeyValuePair<string, Expression?>> parameters = parseParameters();
        var uses = new HashSet<string>();
        _macroUses.Push(uses);
        List<Statement> body = Apart(() => ParseBlock(end));
        _macroUses.Pop();
        return new MacroDefinition(name, parameters, body, uses);
    }

    /// <summary>Parses a body whose text is kept before it is written: no <c>break</c> leads out of it.</summary>
    private T Apart<T>(Func<T> parse, bool isInGeneration = false)
    {
        (int Loops, bool IsInGeneration) outside = (_loops, _isInGeneration);
        (_loops, _isInGeneration) = (0, isInGeneration);
        T result = parse();
        (_loops, _isInGeneration) = outside;
        return result;
    }

    private List<KeyValuePair<string, Expression?>> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        var parameters = new List<KeyValuePair<string, Expression?>>();
        while (!_tokens.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.ExpectOperator(",");
            Token name = _tokens.Expect(TokenKind.Name, "a parameter's name");
            bool hasDefault = _tokens.SkipOperator("=");
            if (!hasDefault && parameters.Count > 0 && parameters[^1].Value is not null)
                throw JinjaException.Template($"the parameter '{Excerpt.Of(name.Text)}' without a default follows one with it.", name.Offset);
            parameters.Add(KeyValuePair.Create(name.Text, hasDefault ? _expressions.Parse() : null));
        }

        _tokens.Next();
        return parameters;
    }

    /// <summary>A variable, or several with commas between them.</summary>
    private AssignmentTarget ParseTarget(bool allowsNamespace)
    {
        int offset = _tokens.Current.Offset;
        var items = new List<AssignmentTarget> { ParseSingleTarget(allowsNamespace) };
        bool isTuple = false;
        while (_tokens.SkipOperator(","))
        {
            isTuple = true;
            if (_tokens.Current.Kind == TokenKind.TagEnd || _tokens.Current.IsOperator("=") || _tokens.Current.IsOperator(")") || _tokens.Current.IsName("in"))
                break;
            items.Add(ParseSingleTarget(allowsNamespace));
        }

        return isTuple ? new TupleTarget(offset, items) : items[0];
    }

    private AssignmentTarget ParseSingleTarget(bool allowsNamespace)
    {
        if (_tokens.SkipOperator("("))
        {
            AssignmentTarget target = _tokens.Nested(() => ParseTarget(allowsNamespace));
            _tokens.ExpectOperator(")");
            return target;
        }

        Token name = _tokens.Expect(TokenKind.Name, "a variable");
        if (Literals.Find(name.Text) is not null)
            throw JinjaException.Template($"the constant '{name.Text}' cannot be set.", name.Offset);
        if (!allowsNamespace || !_tokens.SkipOperator("."))
            return new VariableTarget(name.Text);
        return new NamespaceTarget(name.Offset, name.Text, _tokens.Expect(TokenKind.Name, "an attribute's name").Text);
    }
}
