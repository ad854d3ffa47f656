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
    /// <summary>Both factors.</summary>
    public static IReadOnlyList<FactorNames> Both { get; } =
    [
        new(FactorProduct.Reduce, FactorProduct.GradientOfA, "x", "a", "u", "v", "inFeatures", ComponentsFirst: true),
        new(FactorProduct.ReduceGradient, FactorProduct.GradientOfB, "dy", "b", "v", "u", "outFeatures", ComponentsFirst: false),
    ];

    /// <summary>The member of an adapter's factors that holds the factor.</summary>
    public string Parameter => Factor.ToUpperInvariant();

    /// <summary>What the activations are multiplied by in the sum of a gradient.</summary>
    public string Scaling => ComponentsFirst ? string.Empty : "scaling * ";

    /// <summary>What the sum of a product is multiplied by.</summary>
    public string PlacedScaling => ComponentsFirst ? string.Empty : "placement.Scaling * ";

    /// <summary>The parameters of the product's kernels.</summary>
    public string ProductParameters => $"View {Activations}, TPlacements placements, View {Reduced}, int rows, int {Features}";

    /// <summary>The parameters of the gradient's kernels.</summary>
    public string GradientParameters =>
        $"View {OtherReduced}, View {Activations}, View gradient, int rows, int {Features}{(ComponentsFirst ? string.Empty : ", float scaling")}";

    /// <summary>Where an element of the factor, or of its gradient, lies.</summary>
    public string Index(string component, string feature) =>
        ComponentsFirst ? $"{component} * {Features} + {feature}" : $"{feature} * TRank.Components + {component}";
}
