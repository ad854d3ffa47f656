using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>
/// The sequences of a batch as kernels read them: the tiles of rows that attention works on, none of them of two sequences,
/// and the position of each row.
/// </summary>
/// <param name="numbers">What <see cref="NumbersOf"/> gives, on the device.</param>
/// <param name="rows">How many rows the sequences have together.</param>
internal readonly struct SequenceTable(ArrayView<int> numbers, int rows)
{
    /// <summary>How many tiles there are.</summary>
    internal int TileCount { get; } = (numbers.IntLength - rows) / AttentionGroup.NumbersOfTile;

    /// <summary>The tiles, as <see cref="AttentionGroup"/> reads them.</summary>
    internal ArrayView<int> Tiles => numbers.SubView(0, TileCount * AttentionGroup.NumbersOfTile);

    /// <summary>The position of each row.</summary>
    internal ArrayView<int> Positions => numbers.SubView(TileCount * AttentionGroup.NumbersOfTile, rows);

    /// <summary>The numbers of a table: those of each tile, then the rows' positions.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="rows">How many rows they have together.</param>
    /// <param name="tileRows">How many rows a tile has at most.</param>
    internal static int[] NumbersOf(ReadOnlySpan<Sequence> sequences, int rows, int tileRows)
    {
        int tiles = 0;
        foreach (Sequence sequence in sequences)
            tiles += TilesOf(sequence.Rows, tileRows);
        int[] numbers = new int[(tiles * AttentionGroup.NumbersOfTile) + rows];
        Span<int> positions = numbers.AsSpan(tiles * AttentionGroup.NumbersOfTile);
        Span<int> remaining = numbers;
        foreach (Sequence sequence in sequences)
        {
            for (int tile = 0; tile < TilesOf(sequence.Rows, tileRows); tile++)
            {
                AttentionGroup.WriteTile(remaining, sequence, tile * tileRows);
                remaining = remaining[AttentionGroup.NumbersOfTile..];
            }

            for (int row = 0; row < sequence.Rows; row++)
                positions[sequence.FirstRow + row] = sequence.FirstPosition + row;
        }

        return numbers;
    }

    /// <summary>How many tiles some rows make.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="tileRows">How many rows a tile has at most.</param>
    internal static int TilesOf(int rows, int tileRows) => (rows + tileRows - 1) / tileRows;
}
