namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Ranks whose sums are held in registers at once.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many they are.</param>
internal sealed record RankBlock(int First, int Count)
{
    /// <summary>Divides a rank into blocks.</summary>
    public static IReadOnlyList<RankBlock> Divide(int rank, int most)
    {
        List<RankBlock> blocks = [];
        for (int first = 0; first < rank; first += most)
            blocks.Add(new RankBlock(first, Math.Min(most, rank - first)));
        return blocks;
    }

    /// <summary>The different sizes of blocks, each of which has a kernel of its own.</summary>
    public static IEnumerable<int> Sizes(IEnumerable<RankBlock> blocks) => blocks.Select(block => block.Count).Distinct();
}
