namespace AdapterToolkit;

/// <summary>
/// Gives a linear layer a low-rank adapter: y = Wx + s·B(Ax), where W (out x in) is frozen and only A (rank x in) and
/// B (out x rank) train. The class must be <c>partial</c> and derive from <see cref="Modules.Linear"/>; the source
/// generator writes its kernels, forward and backward, for exactly this rank.
/// </summary>
/// <remarks>Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.</remarks>
/// <param name="rank">The rank of the adapter: positive, and below the smaller of the layer's two dimensions.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LowRankAttribute(int rank) : Attribute
{
    /// <summary>The rank of the adapter. An adapter loaded from a file may have a lower one.</summary>
    public int Rank { get; } = rank;

    /// <summary>
    /// Alpha in the scaling s = alpha / rank. Zero, the default, stands for the rank itself, so that s = 1.
    /// </summary>
    public double Alpha { get; init; }

    /// <summary>
    /// Whether the scaling is alpha / sqrt(rank) in place of alpha / rank
    /// (Kalajdzievski, "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", 2023).
    /// </summary>
    public bool RankStabilized { get; init; }
}
