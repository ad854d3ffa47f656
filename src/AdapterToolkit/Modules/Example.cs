namespace AdapterToolkit.Modules;

/// <summary>
/// One of the things that a batch is made of, each of which is learned from by itself: a sequence of tokens, or a row of features with its target.
/// </summary>
/// <param name="FirstRow">The first of its rows in the batch's tensors.</param>
/// <param name="Rows">How many rows it has, padding left out.</param>
/// <param name="Labels">
/// How many labels of it have a loss: the mean loss of a step divides by their number. Where there is none, nothing is learned from it.
/// </param>
public readonly record struct Example(int FirstRow, int Rows, int Labels)
{
    /// <summary>How many rows of padding follow.</summary>
    public int Padding { get; init; }

    /// <summary>The row after its last one, padding included.</summary>
    internal int End => FirstRow + Rows + Padding;
}
