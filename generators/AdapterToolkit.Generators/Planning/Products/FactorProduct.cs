namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// A product with one of the low-rank factors, or of activations into the gradient of one. Rank is a constant in it, and
/// loops over the rank are unrolled. The printers for the CPU and for ILGPU both print from these descriptions.
/// </summary>
/// <param name="Name">The method's name.</param>
/// <param name="Formula">The formula, for the comment above the kernel.</param>
/// <param name="Rank">The rank.</param>
internal sealed record FactorProduct(string Name, string Formula, int Rank)
{
    /// <summary>u = x Aᵀ.</summary>
    public static FactorProduct Reduce(int rank) => new("Reduce", "u = x Aᵀ", rank);

    /// <summary>v = s·dy B.</summary>
    public static FactorProduct ReduceGradient(int rank) => new("ReduceGradient", "v = s·dy B", rank);

    /// <summary>dA += vᵀ x.</summary>
    public static FactorProduct GradientOfA(int rank) => new("GradientOfA", "dA += vᵀ x", rank);

    /// <summary>dB += s·dyᵀ u.</summary>
    public static FactorProduct GradientOfB(int rank) => new("GradientOfB", "dB += s·dyᵀ u", rank);

    /// <summary>W += sign·s·B A.</summary>
    public static FactorProduct Merge(int rank) => new("Merge", "W += sign·s·B A", rank);
}
