namespace AdapterToolkit.Weights;

/// <summary>The sequences of a step's batch that one process has: some that follow one another.</summary>
/// <param name="First">The first of them, counted through the batch.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Total">How many sequences the batch has, in all processes together.</param>
public readonly record struct SequenceShare(int First, int Count, int Total)
{
    /// <summary>The sequence after the last one.</summary>
    public int End => First + Count;
}
