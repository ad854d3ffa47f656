using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The variable <c>loop</c> of a loop. Calling it runs the loop, if that is recursive, over other items.</summary>
internal sealed class LoopValue(IEnumerable<object> items, int depth, Budget budget, Func<object, object>? recurse) : CallableValue
{
    private readonly IEnumerator<object> _items = items.GetEnumerator();

    /// <summary>Items that were looked at before their turn.</summary>
    private readonly Queue<object> _ahead = new();

    private int _index = -1;
    private object? _previous;
    private object? _current;
    private object? _lastChanged;

    /// <inheritdoc/>
    public override string Name => "loop";

    /// <summary>The next item, or null after the last.</summary>
    public object? Next()
    {
        budget.Spend();
        if (!HasNext())
            return null;
        (_previous, _current) = (_current, _ahead.Dequeue());
        _index++;
        return _current;
    }

    /// <inheritdoc/>
    public override object Call(Arguments arguments) => recurse is null
        ? throw JinjaException.Values("the loop is not marked 'recursive' and cannot be called.")
        : recurse(arguments.Bind("loop", "iterable")[0] ?? throw JinjaException.Values("loop() needs what to iterate."));

    /// <summary>What <c>loop</c> tells by name, or null.</summary>
    public object? Find(string name) => name switch
    {
        "index" => new BigInteger(_index + 1),
        "index0" => new BigInteger(_index),
        "revindex" => new BigInteger(Length - _index),
        "revindex0" => new BigInteger(Length - _index - 1),
        "length" => new BigInteger(Length),
        "first" => _index == 0,
        "last" => !HasNext(),
        "previtem" => _previous ?? new UndefinedValue("there is no previous item."),
        "nextitem" => HasNext() ? _ahead.Peek() : new UndefinedValue("there is no next item."),
        "depth" => new BigInteger(depth + 1),
        "depth0" => new BigInteger(depth),
        "cycle" => new FunctionValue(name, arguments => arguments.Positional.Count > 0
            ? arguments.Positional[_index % arguments.Positional.Count]
            : throw JinjaException.Values("no items for cycling given.")),
        "changed" => new FunctionValue(name, arguments => HasChanged(arguments)),
        _ => null,
    };

    private int Length
    {
        get
        {
            while (_items.MoveNext())
            {
                budget.Spend();
                _ahead.Enqueue(_items.Current);
            }

            return _index + 1 + _ahead.Count;
        }
    }

    private bool HasNext()
    {
        if (_ahead.Count == 0 && _items.MoveNext())
            _ahead.Enqueue(_items.Current);
        return _ahead.Count > 0;
    }

    private bool HasChanged(Arguments arguments)
    {
        var values = new ListValue(arguments.Positional);
        if (_lastChanged is not null && ValueComparer.Instance.Equals(_lastChanged, values))
            return false;
        _lastChanged = values;
        return true;
    }
}
