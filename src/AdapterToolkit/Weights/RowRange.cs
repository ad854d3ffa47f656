namespace AdapterToolkit.Weights;

/// <summary>Rows that follow one another in a batch.</summary>
/// <param name="First">The first row.</param>
/// <param name="Count">How many rows there are.</param>
internal readonly record struct RowRange(int First, int Count)
{
    /// <summary>The row after the last one.</summary>
    public int End => First + Count;
}
