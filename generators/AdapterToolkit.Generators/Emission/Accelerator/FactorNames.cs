using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// The names in the kernels of one low-rank factor. A is rank x in and belongs to the input; B is out x rank and belongs to
/// the output's gradient, and with it goes the scaling.
/// </summary>
/// <param name="Product">u = x Aᵀ or v = s·dy B.</param>
/// <param name="Gradient">dA += vᵀ x or dB += s·dyᵀ u.</param>
/// <param name="Activations">The name of the activations or gradients: rows x features.</param>
/// <param name="Factor">The factor's name.</param>
/// <param name="Reduced">The name of the product with the factor: rows x rank.</param>
/// <param name="OtherReduced">The name of the other factor's product, by which the gradient is formed: rows x rank.</param>
/// <param name="Features">The name of the number of features.</param>
/// <param name="ComponentsFirst">Whether the factor's rows are the components, as A's are.</param>
internal sealed record FactorNames(
    FactorProduct Product,
    FactorProduct Gradient,
    string Activations,
    string Factor,
    string Reduced,
    string OtherReduced,
    string Features,
    bool ComponentsFirst)
{
    /// <summary>How many components of the rank a group works on, unrolled.</summary>
    public const int MostComponents = 8;

    public static FactorNames A(int rank) => new(FactorProduct.Reduce(rank), FactorProduct.GradientOfA(rank), "x", "a", "u", "v", "inFeatures", ComponentsFirst: true);

    public static FactorNames B(int rank) => new(FactorProduct.ReduceGradient(rank), FactorProduct.GradientOfB(rank), "dy", "b", "v", "u", "outFeatures", ComponentsFirst: false);

    /// <summary>The rank.</summary>
    public int Rank => Product.Rank;

    /// <summary>Whether the scaling is a factor of both products.</summary>
    public bool Scales => !ComponentsFirst;

    /// <summary>How many components a group works on.</summary>
    public int Components => Math.Min(Rank, MostComponents);

    /// <summary>How many groups share the rank.</summary>
    public int Pieces => (Rank + MostComponents - 1) / MostComponents;

    /// <summary>Whether the last group of components is not full.</summary>
    public bool HasPartialPiece => Rank % Components != 0;

    /// <summary>Where an element of the factor, or of its gradient, lies.</summary>
    public string Index(string component, string feature) =>
        ComponentsFirst ? $"{component} * {Features} + {feature}" : $"{feature} * {Rank} + {component}";

    /// <summary>The parameters of the product's kernels.</summary>
    public string[] ProductParameters() => Parameters($"View {Activations}", $"View {Factor}", $"View {Reduced}");

    /// <summary>The parameters of the gradient's kernels.</summary>
    public string[] GradientParameters() => Parameters($"View {OtherReduced}", $"View {Activations}", $"View gradient");

    private string[] Parameters(params string[] views) =>
        Scales ? [.. views, "int rows", $"int {Features}", "float scaling"] : [.. views, "int rows", $"int {Features}"];
}
