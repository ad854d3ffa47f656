namespace AdapterToolkit.Formats.Jinja;

/// <summary>A list or a tuple.</summary>
internal abstract class SequenceValue(IReadOnlyList<object> items)
{
    /// <summary>The items.</summary>
    public IReadOnlyList<object> Items { get; } = items;
}

/// <summary>Python's list; templates cannot change one.</summary>
internal sealed class ListValue(IReadOnlyList<object> items) : SequenceValue(items);

/// <summary>Python's tuple.</summary>
internal class TupleValue(IReadOnlyList<object> items) : SequenceValue(items);

/// <summary>A group of the filter <c>groupby</c>: a tuple whose items have names.</summary>
internal sealed class GroupValue(object grouper, ListValue list) : TupleValue([grouper, list])
{
    /// <summary>What the items of the group have in common.</summary>
    public object Grouper => Items[0];

    /// <summary>The items of the group.</summary>
    public ListValue List => (ListValue)Items[1];
}
