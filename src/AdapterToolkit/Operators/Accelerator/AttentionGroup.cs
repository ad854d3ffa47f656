using System.Runtime.InteropServices;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>
/// What one group of attention's kernels computes, and where the calling thread stands in it: a piece of the features of one head, for a tile of rows of
/// one sequence.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionGroup
{
    /// <summary>How many numbers describe a tile: the sequence's first row, its rows, its length, and the tile's first row in it.</summary>
    public const int NumbersOfTile = 4;

    /// <summary>The number of the tile.</summary>
    public int Number;

    /// <summary>The sequence's first row in the batch.</summary>
    public int FirstRow;

    /// <summary>How many rows the sequence has, padding included.</summary>
    public int Rows;

    /// <summary>How many rows of the sequence are no padding.</summary>
    public int Length;

    /// <summary>The tile's first row, counted from the sequence's first.</summary>
    public int First;

    /// <summary>The head.</summary>
    public int Head;

    /// <summary>The first feature.</summary>
    public int FirstFeature;

    /// <summary>How many rows the tile has, padding included, and features the piece, at most.</summary>
    public int Tile;

    /// <summary>Features of a row of queries.</summary>
    public int QueryColumns;

    /// <summary>Features of a row of keys or values.</summary>
    public int KeyColumns;

    /// <summary>The calling thread's quadruple of the tile's rows.</summary>
    public int Row;

    /// <summary>The calling thread's quadruple of the tile's columns.</summary>
    public int Column;

    /// <summary>Where the features of one head of a row of queries start, and of what is shaped like these.</summary>
    /// <param name="row">The row, counted from the sequence's first.</param>
    /// <param name="head">The head.</param>
    /// <param name="dimensions">The dimensions.</param>
    public readonly int QueryStart(int row, int head, AttentionDimensions dimensions) => ((FirstRow + row) * QueryColumns) + (head * dimensions.HeadDim);

    /// <summary>Where the features of one head of a row of keys start, and of what is shaped like these.</summary>
    /// <param name="row">The row, counted from the sequence's first.</param>
    /// <param name="keyHead">The head.</param>
    /// <param name="dimensions">The dimensions.</param>
    public readonly int KeyStart(int row, int keyHead, AttentionDimensions dimensions) => RowStart(FirstRow + row, keyHead, dimensions);

    /// <summary>Where the features of one head of any row of keys start, also of one that stands before sequences.</summary>
    /// <param name="row">The row, counted from the first of all.</param>
    /// <param name="keyHead">The head.</param>
    /// <param name="dimensions">The dimensions.</param>
    public readonly int RowStart(int row, int keyHead, AttentionDimensions dimensions) => (row * KeyColumns) + (keyHead * dimensions.HeadDim);

    /// <summary>What the calling group computes, by its number: head, tile, piece of the features.</summary>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="dimensions">The dimensions.</param>
    public static AttentionGroup Of(ArrayView<int> tiles, AttentionDimensions dimensions)
    {
        int side = 4 * dimensions.Side;
        int pieces = (dimensions.HeadDim + side - 1) / side;
        int number = Grid.IdxX / pieces % dimensions.Tiles;
        int tile = number * NumbersOfTile;
        AttentionGroup group = default;
        group.Number = number;
        group.FirstRow = tiles[tile];
        group.Rows = tiles[tile + 1];
        group.Length = tiles[tile + 2];
        group.First = tiles[tile + 3];
        group.Head = Grid.IdxX / (pieces * dimensions.Tiles);
        group.FirstFeature = Grid.IdxX % pieces * side;
        group.Tile = side;
        group.QueryColumns = dimensions.Heads * dimensions.HeadDim;
        group.KeyColumns = dimensions.KeyHeads * dimensions.HeadDim;
        group.Row = Group.IdxX / dimensions.Side;
        group.Column = Group.IdxX % dimensions.Side;
        return group;
    }

    /// <summary>Writes the numbers that describe a tile.</summary>
    /// <param name="numbers">Where they go.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="first">The tile's first row, counted from the sequence's first.</param>
    internal static void WriteTile(Span<int> numbers, Sequence sequence, int first)
    {
        numbers[0] = sequence.FirstRow;
        numbers[1] = sequence.Rows;
        numbers[2] = sequence.Length;
        numbers[3] = first;
    }
}
