using AdapterToolkit.Kernels;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>
/// What the kernels of attention share. A group's threads form a square, and each holds four rows by four columns of the
/// group's tiles: products of queries and keys, and sums of features. Operands pass through shared memory some summands at a
/// time, as quadruples, each summand's row a few numbers longer than the tile.
/// </summary>
internal static class AttentionTiles
{
    /// <summary>The most rows or columns that a group's tile has.</summary>
    public const int MaximumTile = 64;

    /// <summary>How many summands of a product are in shared memory at once.</summary>
    public const int Depth = 16;

    /// <summary>Quadruples from one row of a tile in shared memory to the next; one more than there are, so that the rows start in different banks.</summary>
    public const int Stride = (MaximumTile / 4) + 1;

    /// <summary>Loads some features of the rows of a tile: target[feature, row]. Rows beyond the last repeat it, features beyond the last are zero.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="start">The first number of the tile's first row.</param>
    /// <param name="columns">From one row to the next.</param>
    /// <param name="lastRow">The last row, counted from the tile's first.</param>
    /// <param name="firstFeature">The first feature.</param>
    /// <param name="features">How many features a row has.</param>
    /// <param name="tileRows">How many rows the tile has.</param>
    /// <param name="target">The place in shared memory.</param>
    public static void LoadFeatures(
        ArrayView<float> matrix, int start, int columns, int lastRow, int firstFeature, int features, int tileRows, ArrayView<FourFloats> target)
    {
        ArrayView<float> numbers = target.Cast<float>();
        for (int i = Group.IdxX; i < tileRows * Depth; i += Group.DimX)
        {
            int row = i / Depth;
            int feature = i % Depth;
            int from = row < lastRow ? row : lastRow;
            numbers[(feature * 4 * Stride) + row] = firstFeature + feature < features ? matrix[start + (from * columns) + firstFeature + feature] : 0;
        }
    }

    /// <summary>Loads some rows as they are: target[row, feature]. Rows beyond the last repeat it, features beyond the last are zero.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="start">The first number of the first row.</param>
    /// <param name="columns">From one row to the next.</param>
    /// <param name="lastRow">The last row, counted from the first.</param>
    /// <param name="firstFeature">The first feature.</param>
    /// <param name="features">How many features a row has.</param>
    /// <param name="tileColumns">How many features to load.</param>
    /// <param name="target">The place in shared memory.</param>
    public static void LoadRows(
        ArrayView<float> matrix, int start, int columns, int lastRow, int firstFeature, int features, int tileColumns, ArrayView<FourFloats> target)
    {
        ArrayView<float> numbers = target.Cast<float>();
        for (int i = Group.IdxX; i < tileColumns * Depth; i += Group.DimX)
        {
            int row = i / tileColumns;
            int feature = i % tileColumns;
            int from = row < lastRow ? row : lastRow;
            numbers[(row * 4 * Stride) + feature] = firstFeature + feature < features ? matrix[start + (from * columns) + firstFeature + feature] : 0;
        }
    }

    /// <summary>Adds the products of the summands in shared memory to a thread's part of a tile.</summary>
    /// <param name="tile">The thread's part.</param>
    /// <param name="left">The left operand: for each summand the tile's rows.</param>
    /// <param name="right">The right operand: for each summand the tile's columns.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    /// <param name="column">The thread's quadruple of columns.</param>
    public static ProductTile AddProducts(ProductTile tile, ArrayView<FourFloats> left, ArrayView<FourFloats> right, int row, int column)
    {
        for (int summand = 0; summand < Depth; summand++)
            tile = ProductTile.MultiplyAdd(tile, left[(summand * Stride) + row], right[(summand * Stride) + column]);
        return tile;
    }

    /// <summary>Adds to a thread's part of a tile factors times rows of a matrix: tile[i, j] + Σ factors[k, i] · matrix[k, j].</summary>
    /// <param name="tile">The thread's part.</param>
    /// <param name="factors">The factors in shared memory: for each row of the matrix the tile's rows.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="start">The first number of the first of its rows.</param>
    /// <param name="columns">From one row to the next.</param>
    /// <param name="lastRow">The last row, counted from the first; factors of rows beyond it are zero.</param>
    /// <param name="firstFeature">The first feature.</param>
    /// <param name="features">How many features a row has.</param>
    /// <param name="count">How many rows and features the group's tiles have.</param>
    /// <param name="rows">Shared memory that the rows pass through.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    /// <param name="column">The thread's quadruple of columns.</param>
    public static ProductTile AddRows(
        ProductTile tile,
        ArrayView<FourFloats> factors,
        ArrayView<float> matrix,
        int start,
        int columns,
        int lastRow,
        int firstFeature,
        int features,
        int count,
        ArrayView<FourFloats> rows,
        int row,
        int column)
    {
        for (int first = 0; first < count; first += Depth)
        {
            LoadRows(matrix, start + (first * columns), columns, lastRow - first, firstFeature, features, count, rows);
            Group.Barrier();
            tile = AddProducts(tile, factors.SubView(first * Stride), rows, row, column);
            Group.Barrier();
        }

        return tile;
    }

    /// <summary>Puts a thread's part of a tile into shared memory, row by row.</summary>
    /// <param name="tile">The thread's part.</param>
    /// <param name="target">The place in shared memory.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    /// <param name="column">The thread's quadruple of columns.</param>
    public static void Share(ProductTile tile, ArrayView<FourFloats> target, int row, int column)
    {
        int first = (4 * row * Stride) + column;
        target[first] = tile.Row0;
        target[first + Stride] = tile.Row1;
        target[first + (2 * Stride)] = tile.Row2;
        target[first + (3 * Stride)] = tile.Row3;
    }

    /// <summary>Writes a thread's part of a tile, as far as the matrix reaches.</summary>
    /// <param name="tile">The thread's part.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="start">The first number of the tile's first row.</param>
    /// <param name="columns">From one row to the next.</param>
    /// <param name="rows">How many rows there are from the tile's first.</param>
    /// <param name="features">How many features there are from the tile's first.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    /// <param name="column">The thread's quadruple of columns.</param>
    public static void Write(ProductTile tile, ArrayView<float> matrix, int start, int columns, int rows, int features, int row, int column)
    {
        int first = start + (4 * row * columns) + (4 * column);
        int count = features - (4 * column);
        if (4 * row < rows)
            Write(tile.Row0, matrix, first, count);
        if ((4 * row) + 1 < rows)
            Write(tile.Row1, matrix, first + columns, count);
        if ((4 * row) + 2 < rows)
            Write(tile.Row2, matrix, first + (2 * columns), count);
        if ((4 * row) + 3 < rows)
            Write(tile.Row3, matrix, first + (3 * columns), count);
    }

    /// <summary>One number of each of a thread's four rows.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="start">That of the tile's first row.</param>
    /// <param name="step">From one row's to the next one's.</param>
    /// <param name="lastRow">The last row, counted from the tile's first; rows beyond it repeat it.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    public static FourFloats LoadRowNumbers(ArrayView<float> numbers, int start, int step, int lastRow, int row) => Quadruple.Of(
        numbers[start + (Smaller(4 * row, lastRow) * step)],
        numbers[start + (Smaller((4 * row) + 1, lastRow) * step)],
        numbers[start + (Smaller((4 * row) + 2, lastRow) * step)],
        numbers[start + (Smaller((4 * row) + 3, lastRow) * step)]);

    /// <summary>Writes one number for each of a thread's four rows, as far as there are rows.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="numbers">Where they go.</param>
    /// <param name="start">Where the one of the tile's first row goes.</param>
    /// <param name="step">From one row's to the next one's.</param>
    /// <param name="rows">How many rows there are from the tile's first.</param>
    /// <param name="row">The thread's quadruple of rows.</param>
    public static void WriteRowNumbers(FourFloats values, ArrayView<float> numbers, int start, int step, int rows, int row)
    {
        int first = start + (4 * row * step);
        int count = rows - (4 * row);
        if (count > 0)
            numbers[first] = values.X;
        if (count > 1)
            numbers[first + step] = values.Y;
        if (count > 2)
            numbers[first + (2 * step)] = values.Z;
        if (count > 3)
            numbers[first + (3 * step)] = values.W;
    }

    private static int Smaller(int left, int right) => left < right ? left : right;

    private static void Write(FourFloats values, ArrayView<float> matrix, int first, int count)
    {
        if (count > 0)
            matrix[first] = values.X;
        if (count > 1)
            matrix[first + 1] = values.Y;
        if (count > 2)
            matrix[first + 2] = values.Z;
        if (count > 3)
            matrix[first + 3] = values.W;
    }
}
