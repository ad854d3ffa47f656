using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>What stands before the sequences of a batch as kernels read it: for the tiles of rows, and in tiles of its own.</summary>
/// <param name="numbers">What <see cref="NumbersOf"/> gives, on the device.</param>
/// <param name="tiles">How many tiles of rows there are (<see cref="SequenceTable.TileCount"/>).</param>
internal readonly struct PrefixTable(ArrayView<int> numbers, int tiles)
{
    private const int NumbersOfOwnTile = AttentionGroup.NumbersOfTile + PrefixRows.NumbersOfTile;

    /// <summary>How many tiles of keys there are that stand before sequences.</summary>
    internal int TileCount { get; } = (numbers.IntLength - (tiles * PrefixRows.NumbersOfTile)) / NumbersOfOwnTile;

    /// <summary>What stands before the sequence of each tile of rows, as <see cref="PrefixRows"/> reads it.</summary>
    internal ArrayView<int> OfSequenceTiles => numbers.SubView(0, tiles * PrefixRows.NumbersOfTile);

    /// <summary>The tiles of keys, as <see cref="AttentionGroup"/> reads them: each with its sequence, and the first of its keys.</summary>
    internal ArrayView<int> Tiles => numbers.SubView(tiles * PrefixRows.NumbersOfTile, TileCount * AttentionGroup.NumbersOfTile);

    /// <summary>What stands before the sequence of each tile of keys.</summary>
    internal ArrayView<int> OfTiles =>
        numbers.SubView((tiles * PrefixRows.NumbersOfTile) + (TileCount * AttentionGroup.NumbersOfTile), TileCount * PrefixRows.NumbersOfTile);

    /// <summary>The numbers of a table.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="bySequence">What stands before each.</param>
    /// <param name="tileRows">How many rows a tile has at most.</param>
    internal static int[] NumbersOf(ReadOnlySpan<Sequence> sequences, ReadOnlySpan<SequencePrefix> bySequence, int tileRows)
    {
        int rowTiles = 0, keyTiles = 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            rowTiles += SequenceTable.TilesOf(sequences[i].Rows, tileRows);
            keyTiles += SequenceTable.TilesOf(bySequence[i].Count, tileRows);
        }

        int[] numbers = new int[(rowTiles * PrefixRows.NumbersOfTile) + (keyTiles * NumbersOfOwnTile)];
        Span<int> ofRowTiles = numbers;
        Span<int> tiles = ofRowTiles[(rowTiles * PrefixRows.NumbersOfTile)..];
        Span<int> ofTiles = tiles[(keyTiles * AttentionGroup.NumbersOfTile)..];
        for (int i = 0; i < sequences.Length; i++)
        {
            for (int tile = 0; tile < SequenceTable.TilesOf(sequences[i].Rows, tileRows); tile++)
            {
                PrefixRows.Write(ofRowTiles, bySequence[i]);
                ofRowTiles = ofRowTiles[PrefixRows.NumbersOfTile..];
            }

            for (int tile = 0; tile < SequenceTable.TilesOf(bySequence[i].Count, tileRows); tile++)
            {
                AttentionGroup.WriteTile(tiles, sequences[i], tile * tileRows);
                PrefixRows.Write(ofTiles, bySequence[i]);
                tiles = tiles[AttentionGroup.NumbersOfTile..];
                ofTiles = ofTiles[PrefixRows.NumbersOfTile..];
            }
        }

        return numbers;
    }
}
