using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>The names of the classes of kernels that belong to a configuration.</summary>
/// <param name="Configuration">The configuration.</param>
internal sealed record VariantNames(LinearConfiguration Configuration)
{
    /// <summary>The products with W for many rows.</summary>
    public string Tiled => Name("Tiled");

    /// <summary>The products with W for few rows.</summary>
    public string FewRows => Name("FewRows");

    /// <summary>The products with W on ILGPU's CPU accelerator.</summary>
    public string Narrow => Name("Narrow");

    /// <summary>The products with the factors, their gradients, and the merge.</summary>
    public string Factors => Name("Factor");

    /// <summary>The products with the factors and their gradients on ILGPU's CPU accelerator.</summary>
    public string NarrowFactors => Name("NarrowFactor");

    /// <summary>The name of a product's kernel, which also tells that W may have any width where another kernel is for most.</summary>
    public static string Kernel(Product product, WeightReader reader) =>
        reader.HasPartialPieces ? $"{product.Name}OfAnyWidth" : product.Name;

    /// <summary>W's way into its format and out of it.</summary>
    public string Codec => Name("Codec");

    private string Name(string variant) => Configuration.Name($"{variant}Kernels");
}
