namespace AdapterToolkit.Formats.Jinja;

/// <summary>The variables of a block. Those of the blocks around it can be read, not set.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object> _variables = new(StringComparer.Ordinal);

    /// <summary>The value of a variable, or null.</summary>
    public object? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out object? value))
                return value;
        }

        return null;
    }

    /// <summary>Sets a variable of this block.</summary>
    public void Set(string name, object value) => _variables[name] = value;

    private Scope? Outer { get; } = outer;
}
