namespace AdapterToolkit.Generators.Planning;

/// <summary>Which way a product reads the frozen weight W (out x in).</summary>
internal enum WeightUse
{
    /// <summary>By its transpose: the sum runs over the input features.</summary>
    Transposed,

    /// <summary>As it is: the sum runs over the output features.</summary>
    AsStored,
}

/// <summary>
/// A product with the frozen weight and what is added to each of its results before that is written, once:
/// result = left · W or Wᵀ + factor · lowRankLeft · lowRankRight + bias. The printers for the CPU and for ILGPU both print
/// from this description.
/// </summary>
/// <param name="Name">The method's name.</param>
/// <param name="Formula">The formula, for the comment above the kernel.</param>
/// <param name="Left">The name of the activations or gradients: rows x the summed features.</param>
/// <param name="Result">The name of the result: rows x the other features.</param>
/// <param name="Weight">Which way W is read.</param>
/// <param name="Rank">The low-rank term's rank; zero for none.</param>
/// <param name="LowRankLeft">The name of the low-rank term's left side: rows x rank.</param>
/// <param name="LowRankRight">The name of its right side: the factor B for y, A for dx.</param>
/// <param name="ScalesLowRank">Whether the low-rank term is multiplied by s here (in the backward pass v holds s already).</param>
/// <param name="HasBias">Whether a bias may be added.</param>
internal sealed record ProductDescription(
    string Name,
    string Formula,
    string Left,
    string Result,
    WeightUse Weight,
    int Rank,
    string LowRankLeft,
    string LowRankRight,
    bool ScalesLowRank,
    bool HasBias)
{
    /// <summary>y = x Wᵀ + s·u Bᵀ + bias.</summary>
    public static ProductDescription Forward(LinearConfiguration configuration) => new(
        "Forward",
        configuration.Rank == 0 ? "y = x Wᵀ + bias" : "y = x Wᵀ + s·u Bᵀ + bias",
        "x",
        "y",
        WeightUse.Transposed,
        configuration.Rank,
        "u",
        "b",
        ScalesLowRank: true,
        HasBias: true);

    /// <summary>dx = dy W + v A.</summary>
    public static ProductDescription InputGradient(LinearConfiguration configuration) => new(
        "InputGradient",
        configuration.Rank == 0 ? "dx = dy W" : "dx = dy W + v A",
        "dy",
        "dx",
        WeightUse.AsStored,
        configuration.Rank,
        "v",
        "a",
        ScalesLowRank: false,
        HasBias: false);
}
