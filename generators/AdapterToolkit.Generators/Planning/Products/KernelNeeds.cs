using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>What the linear layers of an assembly need together: kernels are written over these and emitted once.</summary>
/// <param name="Ranks">The ranks, in rising order; zero where a layer never has an adapter.</param>
/// <param name="Packed">The formats other than float32, each once.</param>
internal sealed record KernelNeeds(EquatableArray<int> Ranks, EquatableArray<StoredFormat> Packed)
{
    /// <summary>Whether a layer may have an adapter.</summary>
    public bool HasLowRank => Ranks.Any(rank => rank > 0);

    /// <summary>Whether W is held in another format than float32 anywhere.</summary>
    public bool IsPacked => Packed.Count > 0;

    /// <summary>Whether a format has codes that share scales.</summary>
    public bool HasBlocks => Packed.Any(format => format.HasBlocks);

    /// <summary>What some configurations need.</summary>
    public static KernelNeeds Of(IReadOnlyCollection<LinearConfiguration> configurations)
    {
        IEnumerable<int> ranks = configurations.Select(configuration => configuration.Rank).Distinct();
        IEnumerable<StoredFormat> packed = configurations.Select(configuration => configuration.Stored).Where(format => format.IsPacked).Distinct();
        return new(new(ranks.OrderBy(rank => rank)), new(packed.OrderBy(format => format.Name, StringComparer.Ordinal)));
    }

    /// <summary>Whether a format has numbers of so many bits.</summary>
    public bool HasBits(int bits) => Packed.Any(format => format.Bits == bits);

    /// <summary>The sizes of the blocks that ranks are divided into where so many are taken at once: whole blocks, and what is left over.</summary>
    public IEnumerable<int> RankBlocks(params int[] atOnce) => Ranks
        .SelectMany(rank => atOnce.SelectMany(most => (int[])[rank >= most ? most : 0, rank % most]))
        .Where(size => size > 0)
        .Distinct()
        .OrderByDescending(size => size);
}
