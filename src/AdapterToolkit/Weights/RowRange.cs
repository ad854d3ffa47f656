namespace AdapterToolkit.Weights;

/// <summary>Rows that follow one another in a batch.</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">How many rows there are.</param>
internal readonly record struct RowRange(int First, int Count)
{
    /// <summary>The row after the last one.</summary>
    public int End => First + Count;

    /// <summary>The rows that are another range's too.</summary>
    /// <param name="other">The other range.</param>
    internal RowRange And(RowRange other)
    {
        int first = Math.Max(First, other.First);
        return new RowRange(first, Math.Max(0, Math.Min(End, other.End) - first));
    }
}
