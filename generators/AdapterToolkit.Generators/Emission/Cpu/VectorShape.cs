namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>The vectors that one variant of the kernels is written in, and the sizes that fit their registers.</summary>
/// <param name="Bits">Bits of a vector: 512, 256 or 128.</param>
internal sealed record VectorShape(int Bits)
{
    /// <summary>How many rows, or vectors, a product with a low-rank factor sums at once beside its ranks.</summary>
    public const int VectorsAtOnce = 3;

    /// <summary>The highest tile that decodes W in registers; more rows than these would read it twice.</summary>
    public const int MostRowsInRegisters = 4;

    /// <summary>The variants that are emitted, the widest first.</summary>
    public static IReadOnlyList<VectorShape> All { get; } = [new(512), new(256), new(128)];

    /// <summary>The name of the class of vector operations.</summary>
    public string Name => $"Vector{Bits}";

    /// <summary>The name of the emitted type that holds the variant.</summary>
    public string Variant => $"With{Bits}Bits";

    /// <summary>Numbers in a vector.</summary>
    public int Lanes => Bits / 32;

    /// <summary>A product's tile is two vectors wide.</summary>
    public int TileWidth => 2 * Lanes;

    /// <summary>Vectors that a panel of W is wide.</summary>
    public int VectorsOfPanel => CpuText.PanelWidth / Lanes;

    /// <summary>
    /// The heights of a product's tiles, from the one that runs mostly to those of what is left over. With two vectors for
    /// each of its numbers the highest takes 24 of AVX-512's 32 registers, or 12 of the 16 of older processors.
    /// </summary>
    public IReadOnlyList<int> TileHeights => Bits == 512 ? [12, 4, 2, 1] : [6, 2, 1];

    /// <summary>The heights whose kernels are written for vectors of any width.</summary>
    public static IReadOnlyList<int> SharedHeights { get; } = [6, 4, 2, 1];

    /// <summary>The heights whose kernels are written for these vectors alone, which hold more sums than others have registers for.</summary>
    public IEnumerable<int> OwnHeights => TileHeights.Where(height => !SharedHeights.Contains(height));

    /// <summary>The type with the kernel of a height.</summary>
    public string Tile(int height) => OwnHeights.Contains(height)
        ? "HighTile<TWeight, TRank>"
        : $"Tile<{Variant}, Floats, VectorOperations{Bits}, TWeight, TRank>";

    /// <summary>The heights of the tiles that decode W in registers.</summary>
    public IEnumerable<int> HeightsInRegisters => TileHeights.Where(height => height <= MostRowsInRegisters);

    /// <summary>
    /// The names of the vectors that hold a codebook of 16 numbers: one, two, or none where vectors are so short that numbers are
    /// read from memory.
    /// </summary>
    public IReadOnlyList<string> Codebook => Bits switch
    {
        512 => ["codebook"],
        256 => ["lowCodebook", "highCodebook"],
        _ => [],
    };

    /// <summary>A vector at a constant distance from a reference.</summary>
    public string Load(string reference, int offset) => offset == 0 ? $"{Name}.LoadUnsafe(ref {reference})" : $"{Name}.LoadUnsafe(ref {reference}, {offset})";

    /// <summary>Stores a vector at a constant distance from a reference.</summary>
    public string Store(string vector, string reference, int offset) =>
        offset == 0 ? $"{Name}.StoreUnsafe({vector}, ref {reference});" : $"{Name}.StoreUnsafe({vector}, ref {reference}, {offset});";
}
