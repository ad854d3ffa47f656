namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// A product with one of the low-rank factors, or of activations into the gradient of one. Its kernels are written over the rank, a type parameter, so that
/// they are emitted once for all ranks. The printers for the CPU and for ILGPU both print from these descriptions.
/// </summary>
/// <param name="Name">The method's name.</param>
/// <param name="Formula">The formula, for the comment above the kernel.</param>
internal sealed record FactorProduct(string Name, string Formula)
{
    /// <summary>u = x Aᵀ.</summary>
    public static FactorProduct Reduce { get; } = new("Reduce", "u = x Aᵀ");

    /// <summary>v = s·dy B.</summary>
    public static FactorProduct ReduceGradient { get; } = new("ReduceGradient", "v = s·dy B");

    /// <summary>dA += vᵀ x.</summary>
    public static FactorProduct GradientOfA { get; } = new("GradientOfA", "dA += vᵀ x");

    /// <summary>dB += s·dyᵀ u.</summary>
    public static FactorProduct GradientOfB { get; } = new("GradientOfB", "dB += s·dyᵀ u");

    /// <summary>W += sign·s·B A.</summary>
    public static FactorProduct Merge { get; } = new("Merge", "W += sign·s·B A");
}
