namespace AdapterToolkit.Formats.Jinja;

/// <summary>A macro, or the block of a call, together with the variables around it.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope scope, Evaluator evaluator) : CallableValue
{
    /// <summary>The name under which a macro finds the block that it was called with.</summary>
    public const string Caller = "caller";

    /// <summary>The name under which a macro finds arguments by place beyond its parameters.</summary>
    public const string Rest = "varargs";

    /// <summary>The name under which a macro finds arguments by name beyond its parameters.</summary>
    public const string KeywordRest = "kwargs";

    /// <inheritdoc/>
    public override string Name => definition.Name;

    /// <summary>What a macro tells about itself, or null.</summary>
    public object? Find(string name) => name switch
    {
        "name" => Name,
        "arguments" => new TupleValue([.. definition.Parameters.Select(parameter => parameter.Key)]),
        "catch_kwargs" => definition.Uses.Contains(KeywordRest),
        "catch_varargs" => definition.Uses.Contains(Rest),
        "caller" => definition.Uses.Contains(Caller),
        _ => null,
    };

    /// <inheritdoc/>
    public override object Call(Arguments arguments)
    {
        var variables = new Scope(scope);
        var keywords = new Dictionary<string, object>(arguments.Keywords);
        IReadOnlyList<KeyValuePair<string, Expression?>> parameters = definition.Parameters;
        var missing = new List<KeyValuePair<string, Expression?>>();
        for (int i = 0; i < parameters.Count; i++)
        {
            string name = parameters[i].Key;
            if (i < arguments.Positional.Count)
                variables.Set(name, arguments.Positional[i]);
            else if (keywords.Remove(name, out object? value))
                variables.Set(name, value);
            else
                missing.Add(parameters[i]);
        }

        BindRest(variables, [.. arguments.Positional.Skip(parameters.Count)], keywords);
        foreach ((string name, Expression? otherwise) in missing)
            variables.Set(name, new UndefinedValue($"parameter '{name}' was not provided."));
        foreach ((string name, Expression? otherwise) in missing)
        {
            if (otherwise is not null)
                variables.Set(name, evaluator.Evaluate(otherwise, variables));
        }

        return evaluator.Capture(definition.Body, variables);
    }

    private void BindRest(Scope variables, IReadOnlyList<object> positional, Dictionary<string, object> keywords)
    {
        if (definition.Uses.Contains(Caller))
            variables.Set(Caller, keywords.Remove(Caller, out object? caller) && caller is not None ? caller : new UndefinedValue("No caller defined."));
        if (definition.Uses.Contains(KeywordRest))
            variables.Set(KeywordRest, new DictionaryValue(keywords.Select(pair => KeyValuePair.Create((object)pair.Key, pair.Value))));
        else if (keywords.Count > 0)
            throw JinjaException.Values($"macro '{Name}' takes no keyword argument '{Excerpt.Of(keywords.Keys.First())}'.");
        if (definition.Uses.Contains(Rest))
            variables.Set(Rest, new TupleValue(positional));
        else if (positional.Count > 0)
            throw JinjaException.Values($"macro '{Name}' takes not more than {definition.Parameters.Count} argument(s).");
    }
}
