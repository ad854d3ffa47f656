namespace AdapterToolkit.Formats.Jinja;

/// <summary>Jinja's <c>cycler</c>: its items one after the other, again and again.</summary>
internal sealed class CyclerValue(IReadOnlyList<object> items)
{
    private int _place;

    /// <summary>Its current item and its methods.</summary>
    public object? Find(string name) => name switch
    {
        "current" => items[_place],
        "next" => new FunctionValue(name, _ =>
        {
            object item = items[_place];
            _place = (_place + 1) % items.Count;
            return item;
        }),
        "reset" => new FunctionValue(name, _ =>
        {
            _place = 0;
            return None.Value;
        }),
        _ => null,
    };
}
