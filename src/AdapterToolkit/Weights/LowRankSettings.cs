namespace AdapterToolkit.Weights;

/// <summary>What a layer's <see cref="LowRankAttribute"/> says.</summary>
/// <param name="Rank">The compiled rank: the most that an adapter of the layer can have.</param>
/// <param name="Alpha">Alpha in the scaling.</param>
/// <param name="RankStabilized">Whether the scaling is alpha / sqrt(rank) in place of alpha / rank.</param>
public sealed record LowRankSettings(int Rank, double Alpha, bool RankStabilized)
{
    /// <summary>The scaling s of an adapter with the given rank.</summary>
    /// <param name="rank">The adapter's own rank.</param>
    /// <param name="alpha">The adapter's own alpha.</param>
    /// <param name="rankStabilized">Whether the adapter is rank-stabilized.</param>
    internal static float ScalingOf(int rank, double alpha, bool rankStabilized) =>
        (float)(alpha / (rankStabilized ? Math.Sqrt(rank) : rank));
}
