namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// How a group of threads shares a tile of a product's results. Every thread holds 8 x 8 results: four rows and four columns
/// of the tile's first half and as many of its second half, so that the threads of a warp read neighbouring quadruples of
/// shared memory. The summed dimension advances by <see cref="Depth"/> at a time.
/// </summary>
/// <param name="ThreadRows">How many threads lie below each other.</param>
/// <param name="ThreadColumns">How many threads lie side by side.</param>
internal sealed record TileShape(int ThreadRows, int ThreadColumns)
{
    /// <summary>How many summands of each row and column are in shared memory at once.</summary>
    public const int Depth = 8;

    /// <summary>Rows and columns of the results that a thread holds.</summary>
    public const int Held = 8;

    /// <summary>How many numbers shared memory gives at once.</summary>
    public const int Quad = 4;

    /// <summary>64 x 64 results by 64 threads.</summary>
    public static TileShape Square { get; } = new(8, 8);

    /// <summary>Threads of the group.</summary>
    public int Threads => ThreadRows * ThreadColumns;

    /// <summary>Rows of the tile.</summary>
    public int Rows => ThreadRows * Held;

    /// <summary>Columns of the tile.</summary>
    public int Columns => ThreadColumns * Held;

    /// <summary>Quadruples from one summand's rows to the next one's: one more than the rows need, so that stores do not meet in one bank.</summary>
    public int LeftStride => (Rows / Quad) + 1;

    /// <summary>Quadruples from one summand's columns to the next one's.</summary>
    public int RightStride => (Columns / Quad) + 1;

    /// <summary>Rows or columns that all threads load at once, when each loads one summand of a quadruple of them.</summary>
    public int LoadedAtOnce => Threads / Depth * Quad;
}
