namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// How a group of threads shares a tile of a product's results. Every thread holds 8 x 8 results: four rows and four columns
/// of the tile's first half and as many of its second half, so that the threads of a warp read neighbouring quadruples of
/// shared memory. The summed dimension advances by <see cref="Depth"/> at a time.
/// </summary>
internal static class TileShape
{
    /// <summary>How many summands of each row and column are in shared memory at once.</summary>
    public const int Depth = 8;

    /// <summary>Rows and columns of the results that a thread holds.</summary>
    public const int Held = 8;

    /// <summary>How many numbers shared memory gives at once.</summary>
    public const int Quad = 4;

    /// <summary>How many threads lie side by side, and how many below each other.</summary>
    public const int Side = 8;

    /// <summary>Threads of the group.</summary>
    public const int Threads = Side * Side;

    /// <summary>Rows of the tile, and columns.</summary>
    public const int Results = Side * Held;

    /// <summary>Where the second half of the tile's rows, or columns, begins.</summary>
    public const int Half = Results / 2;

    /// <summary>Quadruples from one summand to the next one: one more than the tile needs, so that stores do not meet in one bank.</summary>
    public const int Stride = (Results / Quad) + 1;

    /// <summary>Quadruples of a stage.</summary>
    public const int Stage = Depth * Stride;
}
