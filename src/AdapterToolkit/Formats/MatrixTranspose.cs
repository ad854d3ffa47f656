namespace AdapterToolkit.Formats;

/// <summary>Exchanges the rows and columns of a matrix in memory.</summary>
internal static class MatrixTranspose
{
    /// <summary>The side of the squares that are exchanged at once, so that both matrices are read and written in whole cache lines.</summary>
    private const int Side = 32;

    /// <summary>destination[c, r] = source[r, c].</summary>
    /// <param name="source">The matrix, row-major.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="destination">Receives the transposed matrix, row-major.</param>
    internal static void Transpose<T>(ReadOnlySpan<T> source, int rows, int columns, Span<T> destination)
    {
        for (int firstRow = 0; firstRow < rows; firstRow += Side)
        {
            for (int firstColumn = 0; firstColumn < columns; firstColumn += Side)
            {
                int endRow = Math.Min(rows, firstRow + Side), endColumn = Math.Min(columns, firstColumn + Side);
                for (int column = firstColumn; column < endColumn; column++)
                {
                    for (int row = firstRow; row < endRow; row++)
                        destination[(column * rows) + row] = source[(row * columns) + column];
                }
            }
        }
    }
}
