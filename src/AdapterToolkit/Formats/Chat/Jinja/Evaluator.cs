namespace AdapterToolkit.Formats.Jinja;

/// <summary>Evaluates expressions and runs statements of one rendering.</summary>
internal sealed class Evaluator
{
    private readonly Rendering _rendering;
    private readonly Budget _budget;
    private readonly Lookup _lookup;
    private readonly Arithmetic _arithmetic;
    private readonly StatementRunner _statements;
    private int _calls;

    public Evaluator(Rendering rendering)
    {
        _rendering = rendering;
        _budget = rendering.Budget;
        _lookup = new Lookup(rendering);
        _arithmetic = new Arithmetic(_budget);
        _statements = new StatementRunner(this, _budget);
    }

    /// <summary>The texts of macros and blocks that have parts of the assistant.</summary>
    public CapturedTexts Captured { get; } = new();

    /// <summary>Where in the template the last operation stands, for errors.</summary>
    public int Offset { get; set; }

    /// <summary>Renders a template.</summary>
    /// <param name="template">The template.</param>
    /// <param name="variables">What it is given.</param>
    /// <param name="rendering">The rendering.</param>
    /// <exception cref="JinjaException">It fails; the exception says where.</exception>
    public static (Output Output, CapturedTexts Captured) Render(
        JinjaTemplate template, IEnumerable<KeyValuePair<string, object>> variables, Rendering rendering)
    {
        var evaluator = new Evaluator(rendering);
        var given = new Scope(Globals.Create(rendering));
        foreach ((string name, object value) in variables)
            given.Set(name, value);
        var output = new Output(rendering.Budget);
        try
        {
            rendering.Budget.Run(() => evaluator._statements.Run(template.Body, new Scope(given), output));
        }
        catch (JinjaException exception)
        {
            throw exception.At(evaluator.Offset);
        }

        return (output, evaluator.Captured);
    }

    /// <summary>Runs the body of a macro or block and returns what it writes.</summary>
    public string Capture(IReadOnlyList<Statement> body, Scope scope)
    {
        if (++_calls > Budget.DeepestCall)
            throw JinjaException.Template($"the template calls macros within each other more than {Budget.DeepestCall} deep.");
        var output = new Output(_budget);
        _statements.Run(body, scope, output);
        _calls--;
        return Captured.Capture(output);
    }

    /// <summary>A value as output writes it.</summary>
    public string Text(object value) => _rendering.Text(value);

    /// <summary>Evaluates an expression.</summary>
    public object Evaluate(Expression expression, Scope scope)
    {
        if (Offset == 0)
            Offset = expression.Offset;
        Budget.EnsureStack();
        _budget.Spend();
        switch (expression)
        {
            case LiteralExpression literal:
                return literal.Value;
            case NameExpression name:
                return scope.Find(name.Name) ?? new UndefinedValue($"'{Excerpt.Of(name.Name)}' is undefined.");
            case AttributeExpression attribute:
                object target = Evaluate(attribute.Target, scope);
                Offset = attribute.Offset;
                return _lookup.Attribute(target, attribute.Name);
            case ItemExpression item:
                return EvaluateItem(item, scope);
            case SliceExpression slice:
                return EvaluateSlice(slice, scope);
            case CallExpression call:
                return Call(call, Arguments(call.Arguments, scope), scope);
            case FilterExpression filter:
                return ApplyFilter(filter, Evaluate(filter.Target!, scope), scope);
            case TestExpression test:
                object tested = Evaluate(test.Target, scope);
                Arguments arguments = Arguments(test.Arguments, scope);
                Offset = test.Offset;
                return test.Test(_rendering, tested, arguments);
            case ComparisonExpression comparison:
                return Compare(comparison, scope);
            case LogicalExpression logical:
                object left = Evaluate(logical.Left, scope);
                return Truth.Of(left) == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
            case NotExpression not:
                return !Truth.Of(Evaluate(not.Operand, scope));
            case ConditionalExpression conditional:
                return EvaluateConditional(conditional, scope);
            case ArithmeticExpression arithmetic:
                object first = Evaluate(arithmetic.Left, scope), second = Evaluate(arithmetic.Right, scope);
                Offset = arithmetic.Offset;
                return _arithmetic.Apply(arithmetic.Operator, first, second);
            case ConcatenationExpression concatenation:
                return Concatenate(concatenation, scope);
            case SignExpression sign:
                object operand = Evaluate(sign.Operand, scope);
                Offset = sign.Offset;
                return Arithmetic.Sign(sign.Negates, operand);
            case ListExpression list:
                return new ListValue(EvaluateAll(list.Items, scope));
            case TupleExpression tuple:
                return new TupleValue(EvaluateAll(tuple.Items, scope));
            case DictionaryExpression dictionary:
                return EvaluateDictionary(dictionary, scope);
            default:
                throw new InvalidOperationException($"The expression {expression.GetType().Name} is not evaluated.");
        }
    }

    /// <summary>Evaluates the arguments of a call.</summary>
    public Arguments Arguments(ArgumentList list, Scope scope)
    {
        if (list == ArgumentList.Empty)
            return Jinja.Arguments.Empty;
        List<object> positional = EvaluateAll(list.Positional, scope);
        if (list.Rest is not null)
            positional.AddRange(_budget.Collect(Iteration.Items(Evaluate(list.Rest, scope))));
        var keywords = new List<KeyValuePair<string, object>>();
        foreach ((string name, Expression value) in list.Keywords)
            AddKeyword(keywords, name, Evaluate(value, scope));
        if (list.KeywordRest is not null)
        {
            if (Evaluate(list.KeywordRest, scope) is not DictionaryValue rest)
                throw JinjaException.Values("what stands after ** must be a mapping.");
            foreach ((object key, object value) in rest.Items)
                AddKeyword(keywords, key as string ?? throw JinjaException.Values("keywords must be strings."), value);
        }

        return new Arguments(positional, keywords);
    }

    /// <summary>Calls what an expression names.</summary>
    public object Call(CallExpression call, Arguments arguments, Scope scope)
    {
        object target = Evaluate(call.Target, scope);
        Offset = call.Offset;
        return target switch
        {
            CallableValue callable => callable.Call(arguments),
            UndefinedValue undefined => throw undefined.Error(),
            _ => throw JinjaException.Values($"'{TypeName.Of(target)}' object is not callable."),
        };
    }

    /// <summary>Applies a filter, and those that come before it, to a block's text.</summary>
    public object ApplyToBlock(FilterExpression filter, object text, Scope scope)
        => ApplyFilter(filter, filter.Target is FilterExpression before ? ApplyToBlock(before, text, scope) : text, scope);

    private object ApplyFilter(FilterExpression filter, object value, Scope scope)
    {
        Arguments arguments = Arguments(filter.Arguments, scope);
        Offset = filter.Offset;
        return filter.Filter(_rendering, value, arguments);
    }

    private static void AddKeyword(List<KeyValuePair<string, object>> keywords, string name, object value)
    {
        if (keywords.Exists(pair => pair.Key == name))
            throw JinjaException.Values($"the argument '{Excerpt.Of(name)}' is given twice.");
        keywords.Add(KeyValuePair.Create(name, value));
    }

    private object EvaluateItem(ItemExpression item, Scope scope)
    {
        object target = Evaluate(item.Target, scope), index = Evaluate(item.Index, scope);
        Offset = item.Offset;
        return _lookup.Item(target, index);
    }

    private object EvaluateSlice(SliceExpression slice, Scope scope)
    {
        object target = Evaluate(slice.Target, scope);
        object? start = EvaluateOptional(slice.Start), stop = EvaluateOptional(slice.Stop), step = EvaluateOptional(slice.Step);
        Offset = slice.Offset;
        return Slicing.Slice(target, start, stop, step, _budget);

        object? EvaluateOptional(Expression? bound) => bound is null ? null : Evaluate(bound, scope);
    }

    private object EvaluateConditional(ConditionalExpression conditional, Scope scope)
    {
        if (Truth.Of(Evaluate(conditional.Test, scope)))
            return Evaluate(conditional.Then, scope);
        return conditional.Otherwise is not null
            ? Evaluate(conditional.Otherwise, scope)
            : new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.");
    }

    private bool Compare(ComparisonExpression comparison, Scope scope)
    {
        object left = Evaluate(comparison.First, scope);
        foreach ((string name, Expression expression) in comparison.Rest)
        {
            object right = Evaluate(expression, scope);
            Offset = comparison.Offset;
            bool holds = name switch
            {
                "==" => ValueComparer.Instance.Equals(left, right),
                "!=" => !ValueComparer.Instance.Equals(left, right),
                "in" => Membership.Contains(right, left, _budget),
                "not in" => !Membership.Contains(right, left, _budget),
                _ => Ordering.Holds(name, left, right),
            };
            if (!holds)
                return false;
            left = right;
        }

        return true;
    }

    private string Concatenate(ConcatenationExpression concatenation, Scope scope)
    {
        var text = new TextBuilder(_budget);
        foreach (Expression part in concatenation.Parts)
        {
            object value = Evaluate(part, scope);
            Offset = part.Offset;
            text.Append(Text(value));
        }

        return text.ToString();
    }

    private List<object> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        var values = new List<object>(expressions.Count);
        foreach (Expression expression in expressions)
            values.Add(Evaluate(expression, scope));
        return values;
    }

    private DictionaryValue EvaluateDictionary(DictionaryExpression dictionary, Scope scope)
    {
        var items = new List<KeyValuePair<object, object>>(dictionary.Items.Count);
        foreach ((Expression key, Expression value) in dictionary.Items)
            items.Add(KeyValuePair.Create(Evaluate(key, scope), Evaluate(value, scope)));
        Offset = dictionary.Offset;
        return new DictionaryValue(items);
    }
}
