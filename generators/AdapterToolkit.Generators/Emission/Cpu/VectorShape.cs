namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>The vectors that one variant of the kernels is written in, and the sizes that fit their registers.</summary>
/// <param name="Bits">Bits of a vector: 512, 256 or 128.</param>
internal sealed record VectorShape(int Bits)
{
    /// <summary>The variants that are emitted, the widest first.</summary>
    public static IReadOnlyList<VectorShape> All { get; } = [new(512), new(256), new(128)];

    /// <summary>The name of the class of vector operations.</summary>
    public string Name => $"Vector{Bits}";

    /// <summary>Numbers in a vector.</summary>
    public int Lanes => Bits / 32;

    /// <summary>A product's tile is two vectors wide.</summary>
    public int TileWidth => 2 * Lanes;

    /// <summary>
    /// The heights of a product's tiles, from the one that runs mostly to those of what is left over. With two vectors for
    /// each of its numbers the highest takes 24 of AVX-512's 32 registers, or 12 of the 16 of older processors.
    /// </summary>
    public IReadOnlyList<int> TileHeights => Bits == 512 ? [12, 4, 2, 1] : [6, 2, 1];

    /// <summary>How many ranks a product with a low-rank factor sums at once.</summary>
    public int RanksAtOnce => Bits == 512 ? 8 : 4;

    /// <summary>How many rows, or vectors, a product with a low-rank factor sums at once beside its ranks.</summary>
    public static int VectorsAtOnce => 3;
}
