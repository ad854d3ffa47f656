namespace AdapterToolkit.Weights;

/// <summary>Sequences that follow one another in the batch of a step: a node of the tree in which sums over them run.</summary>
/// <param name="First">The first sequence, a multiple of <paramref name="Size"/>.</param>
/// <param name="Size">How many sequences it spans, a power of two. The last ones may lie beyond the end of the batch.</param>
public readonly record struct SequenceRange(int First, int Size)
{
    /// <summary>The sequence after the last one.</summary>
    internal long End => (long)First + Size;

    /// <summary>The node of twice the size that this one is a half of.</summary>
    internal SequenceRange Whole => new(First & ~((2 * Size) - 1), 2 * Size);
}
