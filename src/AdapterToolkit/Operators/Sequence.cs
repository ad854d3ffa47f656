namespace AdapterToolkit.Operators;

/// <summary>
/// One sequence of a batch: which of the batch's rows are its own, how many of them are no padding, and where in the text
/// they stand. <see cref="TokenIds"/> lays sequences out.
/// </summary>
public readonly record struct Sequence
{
    internal Sequence(int firstRow, int rows, int length, int firstPosition) =>
        (FirstRow, Rows, Length, FirstPosition) = (firstRow, rows, length, firstPosition);

    /// <summary>The first of its rows, counted from the batch's first.</summary>
    public int FirstRow { get; }

    /// <summary>How many rows it has, padding included.</summary>
    public int Rows { get; }

    /// <summary>How many of its rows are no padding; they come first.</summary>
    public int Length { get; }

    /// <summary>The position of its first row: how many tokens came before it.</summary>
    public int FirstPosition { get; }

    /// <summary>What was computed of the tokens before its first row; null where it stands for itself.</summary>
    internal KeyValueCache? Cache { get; init; }

    /// <summary>The row after its last one, padding included.</summary>
    public int EndRow => FirstRow + Rows;

    /// <summary>The position after that of its last row, padding included.</summary>
    public int EndPosition => FirstPosition + Rows;
}
