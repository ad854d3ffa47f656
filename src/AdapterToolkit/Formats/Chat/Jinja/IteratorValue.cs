namespace AdapterToolkit.Formats.Jinja;

/// <summary>What filters such as <c>map</c> and <c>select</c> return, Python's generator: it can be iterated once, and has neither length nor places.</summary>
internal sealed class IteratorValue(IEnumerable<object> items)
{
    private readonly IEnumerator<object> _items = items.GetEnumerator();

    private bool MoveNext()
    {
        Budget.EnsureStack();
        Budget.Charge();
        return _items.MoveNext();
    }

    /// <summary>The items that nobody has taken yet.</summary>
    public IEnumerable<object> Remaining()
    {
        while (MoveNext())
            yield return _items.Current;
    }
}
