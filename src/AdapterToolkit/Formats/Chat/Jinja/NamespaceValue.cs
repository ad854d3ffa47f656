namespace AdapterToolkit.Formats.Jinja;

/// <summary>Jinja's <c>namespace</c>: attributes that can be set from within loops.</summary>
internal sealed class NamespaceValue
{
    private readonly Dictionary<string, object> _attributes = new(StringComparer.Ordinal);

    /// <summary>The attributes.</summary>
    public object? Find(string name) => _attributes.GetValueOrDefault(name);

    /// <summary>Sets an attribute.</summary>
    public void Set(string name, object value) => _attributes[name] = value;
}
