namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's dictionary; its keys keep their order, and templates cannot change it.</summary>
internal sealed class DictionaryValue
{
    private readonly OrderedDictionary<object, object> _items = new(ValueComparer.Instance);

    /// <summary>An empty dictionary.</summary>
    public DictionaryValue()
    {
    }

    /// <summary>A dictionary of pairs; of those with equal keys the last counts.</summary>
    public DictionaryValue(IEnumerable<KeyValuePair<object, object>> items)
    {
        foreach ((object key, object value) in items)
        {
            Budget.Charge();
            _items[key] = value;
        }
    }

    /// <summary>The keys and values, in order.</summary>
    public IReadOnlyList<KeyValuePair<object, object>> Items => _items;

    /// <summary>The number of keys.</summary>
    public int Count => _items.Count;

    /// <summary>The value of a key, or null.</summary>
    public object? Find(object key) => _items.TryGetValue(key, out object? value) ? value : null;
}

/// <summary>What a dictionary's <c>keys()</c>, <c>values()</c> or <c>items()</c> returns: something to iterate that has a length and no places.</summary>
/// <param name="kind">The method's name.</param>
/// <param name="items">What there is to iterate.</param>
internal sealed class DictionaryViewValue(string kind, IReadOnlyList<object> items)
{
    /// <summary>The method's name.</summary>
    public string Kind { get; } = kind;

    /// <summary>What there is to iterate.</summary>
    public IReadOnlyList<object> Items { get; } = items;
}
