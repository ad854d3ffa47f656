namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// How a group of an accelerator's threads shares a tile of a product's results. A thread holds as many rows as columns of results: half of them from the
/// tile's first half and half from its second, so that the threads of a warp read neighbouring quadruples of shared memory.
/// </summary>
/// <param name="Depth">How many summands of each row and column are in shared memory at once.</param>
/// <param name="Held">Rows and columns of the results that a thread holds.</param>
/// <param name="Side">How many threads lie side by side, and how many below each other.</param>
internal sealed record AcceleratorTiling(int Depth, int Held, int Side)
{
    /// <summary>How many numbers shared memory gives at once.</summary>
    public const int Quad = 4;

    /// <summary>Threads of the group.</summary>
    public int Threads => Side * Side;

    /// <summary>Rows of the tile, and columns.</summary>
    public int Results => Side * Held;

    /// <summary>Where the second half of the tile's rows, or columns, begins.</summary>
    public int Half => Results / 2;

    /// <summary>Quadruples from one summand to the next one: one more than the tile needs, so that stores do not meet in one bank.</summary>
    public int Stride => (Results / Quad) + 1;

    /// <summary>Quadruples of a stage.</summary>
    public int Stage => Depth * Stride;
}
