namespace AdapterToolkit.Formats.Jinja;

/// <summary>The arguments of a call, evaluated.</summary>
/// <param name="Positional">Those by place.</param>
/// <param name="Keywords">Those by name, none twice.</param>
internal sealed record Arguments(IReadOnlyList<object> Positional, IReadOnlyList<KeyValuePair<string, object>> Keywords)
{
    /// <summary>No argument.</summary>
    public static Arguments Empty { get; } = new([], []);

    /// <summary>Assigns the arguments to the parameters of what is called. Those not given are null.</summary>
    /// <param name="function">What is called, for errors.</param>
    /// <param name="parameters">The names of the parameters.</param>
    /// <exception cref="JinjaException">There are too many, or one of an unknown name, or two for one parameter.</exception>
    public object?[] Bind(string function, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
            throw JinjaException.Values($"{function}() takes {parameters.Length} arguments at most, not {Positional.Count}.");
        object?[] bound = new object?[parameters.Length];
        for (int i = 0; i < Positional.Count; i++)
            bound[i] = Positional[i];
        foreach ((string name, object value) in Keywords)
        {
            int index = parameters.IndexOf(name);
            if (index < 0)
                throw JinjaException.Values($"{function}() has no argument '{Excerpt.Of(name)}'.");
            if (bound[index] is not null)
                throw JinjaException.Values($"{function}() is given '{name}' twice.");
            bound[index] = value;
        }

        return bound;
    }

    /// <summary>The arguments without the first one by place.</summary>
    public Arguments WithoutFirst() => this with { Positional = [.. Positional.Skip(1)] };
}
