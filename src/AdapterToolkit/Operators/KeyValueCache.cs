using AdapterToolkit.Devices;

namespace AdapterToolkit.Operators;

/// <summary>
/// What the attentions of a model have computed of one sequence so far: the keys, turned by the rotary embedding, and the values of its tokens, in float32, at
/// the site of each attention. A sequence of a batch that continues it (<see cref="TokenIds.Continuing"/>) holds the tokens after these alone.
/// </summary>
/// <remarks>
/// A cache holds the tokens that a run of the model computed whole: one that fails or is cancelled leaves it as it was. What it holds belongs to the weights
/// and the adapter that computed it.
/// </remarks>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Dictionary<AttentionCall, CachedRows> _rows = [];
    private bool _isDisposed;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="device">The device of the model.</param>
    /// <param name="firstPosition">The position of the sequence's first token: where virtual tokens have positions before it, how many these are.</param>
    internal KeyValueCache(ComputeDevice device, int firstPosition = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegative(firstPosition);
        Device = device;
        FirstPosition = firstPosition;
    }

    /// <summary>The device that holds the keys and values.</summary>
    internal ComputeDevice Device { get; }

    /// <summary>The position of the sequence's first token.</summary>
    internal int FirstPosition { get; }

    /// <summary>How many tokens it holds.</summary>
    internal int Count { get; private set; }

    /// <summary>The position of the token after those that it holds.</summary>
    internal int NextPosition => FirstPosition + Count;

    /// <summary>Forgets all tokens but the first. Their memory stays, for others.</summary>
    /// <param name="count">How many tokens to keep.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    internal void Truncate(int count)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
        foreach (CachedRows rows in _rows.Values)
            rows.Count = Math.Min(rows.Count, count);
    }

    /// <summary>Another cache of the same tokens, from which the sequence can go on in another way.</summary>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    internal KeyValueCache Fork()
    {
        ThrowIfDisposed();
        KeyValueCache fork = new(Device, FirstPosition);
        bool isWhole = false;
        try
        {
            foreach ((AttentionCall call, CachedRows rows) in _rows)
                fork._rows.Add(call, rows.Copy());
            fork.Count = Count;
            isWhole = true;
            return fork;
        }
        finally
        {
            if (!isWhole)
                fork.Dispose();
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (CachedRows rows in _rows.Values)
            rows.Dispose();
        _rows.Clear();
    }

    /// <summary>Throws where the cache is disposed.</summary>
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <summary>The keys and values of one attention.</summary>
    /// <param name="call">Which one.</param>
    /// <param name="columns">Features of its keys.</param>
    /// <exception cref="InvalidOperationException">They are not those of all tokens, or have other features.</exception>
    internal CachedRows RowsOf(AttentionCall call, int columns)
    {
        if (!_rows.TryGetValue(call, out CachedRows? rows))
            _rows.Add(call, rows = new CachedRows(Device, columns));
        if (rows.Count != Count)
        {
            throw new InvalidOperationException(
                $"The {call} has {rows.Count} of the {Count} tokens of a cache: the model did not come to it when it computed the others, or is another one.");
        }

        if (rows.Columns != columns)
        {
            throw new InvalidOperationException(
                $"The {call} has keys of {columns} features, but those of a cache have {rows.Columns}: it is another model's.");
        }

        return rows;
    }

    /// <summary>Makes the tokens count that a run has computed whole.</summary>
    /// <param name="tokens">How many there are.</param>
    /// <param name="written">Where their keys and values are.</param>
    internal void Advance(int tokens, IEnumerable<CachedRows> written)
    {
        foreach (CachedRows rows in written)
            rows.Count = Count + tokens;
        Count += tokens;
    }
}
