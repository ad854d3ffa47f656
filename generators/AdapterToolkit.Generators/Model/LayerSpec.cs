namespace AdapterToolkit.Generators.Model;

/// <summary>A linear layer as its annotations describe it.</summary>
/// <param name="Type">The annotated class.</param>
/// <param name="Rank">The adapter's rank; zero where the layer never has one.</param>
/// <param name="Alpha">Alpha in the scaling.</param>
/// <param name="RankStabilized">Whether the scaling is alpha / sqrt(rank).</param>
/// <param name="Stored">How its weight is stored.</param>
/// <param name="IsMadeFromDimensions">Whether it gets a factory: it has a constructor for it, and no factory of the user's.</param>
internal sealed record LayerSpec(TypeSpec Type, int Rank, double Alpha, bool RankStabilized, StoredFormat Stored, bool IsMadeFromDimensions);
