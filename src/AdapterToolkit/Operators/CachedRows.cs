using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>The keys, turned by the rotary embedding, and the values that one attention has computed of a sequence, in memory that grows.</summary>
/// <param name="device">The device that holds them.</param>
/// <param name="columns">Features of a row: key heads · head's features.</param>
internal sealed class CachedRows(ComputeDevice device, int columns) : IDisposable
{
    private Tensor? _key;
    private Tensor? _value;

    /// <summary>Features of a row.</summary>
    internal int Columns => columns;

    /// <summary>How many rows count; what is written behind them is not there yet.</summary>
    internal int Count { get; set; }

    /// <summary>How many rows there is room for.</summary>
    internal int Capacity => _key?.Rows ?? 0;

    /// <summary>The keys of the rows that count, the caller's to release.</summary>
    internal Tensor Keys() => RowsOf(_key);

    /// <summary>The values of the rows that count, the caller's to release.</summary>
    internal Tensor Values() => RowsOf(_value);

    /// <summary>Writes keys and values behind the rows that count, over what was written there before.</summary>
    /// <param name="key">The keys: rows x columns.</param>
    /// <param name="value">The values: rows x columns.</param>
    /// <exception cref="DeviceMemoryException">The device has no room. The rows are as they were.</exception>
    internal void Write(Tensor key, Tensor value)
    {
        int rows = key.Rows;
        if (rows == 0)
            return;
        Reserve(Count + rows);
        int[] places = [.. Enumerable.Range(Count, rows)];
        Op.ScatterRows(key, places, _key!);
        Op.ScatterRows(value, places, _value!);
    }

    /// <summary>The rows that count, in memory of their own.</summary>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    internal CachedRows Copy()
    {
        CachedRows copy = new(device, columns);
        if (Count == 0)
            return copy;
        using Tensor key = Keys(), value = Values();
        copy.Write(key, value);
        copy.Count = Count;
        return copy;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _key?.Dispose();
        _value?.Dispose();
        _key = _value = null;
        Count = 0;
    }

    /// <summary>Makes room for as many rows. Where there is not enough, there is twice as much as before afterwards.</summary>
    private void Reserve(int rows)
    {
        if (rows <= Capacity)
            return;
        int capacity = (int)Math.Max(rows, Math.Min(2L * Capacity, Array.MaxLength / columns));
        DeviceMemoryException.ThrowIfTooLarge(device, capacity, columns, "A cache of keys and values");

        // The memory outlives the scope that is open, and a call that fails and takes back what it allocated.
        using PlannedCall call = new();
        Tensor key = Grown(_key, capacity), value = Grown(_value, capacity);
        call.Complete();
        _key?.Release();
        _value?.Release();
        (_key, _value) = (key, value);
    }

    /// <summary>Room for more rows, with those that count at its start.</summary>
    private Tensor Grown(Tensor? rows, int capacity)
    {
        Tensor grown = Tensor.Allocate(device, new Shape(capacity, columns));
        if (Count == 0)
            return grown;
        using Tensor counted = RowsOf(rows);
        Op.ScatterRows(counted, [.. Enumerable.Range(0, Count)], grown);
        return grown;
    }

    private Tensor RowsOf(Tensor? rows) =>
        rows?.SliceRows(0, Count) ?? throw new InvalidOperationException("There are no keys and values yet.");
}
