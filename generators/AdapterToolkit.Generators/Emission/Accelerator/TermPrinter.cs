using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints a kind of term for accelerators.</summary>
internal abstract class TermPrinter
{
    /// <summary>The value that the kernels of W's product go on with; null where the term is no part of these. One kind of term is.</summary>
    /// <param name="product">The product.</param>
    public virtual string? Operand(Product product) => null;

    /// <summary>The launches before that of W's product.</summary>
    /// <param name="product">The product.</param>
    public virtual IEnumerable<string> Before(Product product) => [];

    /// <summary>The launches after that of W's product.</summary>
    /// <param name="product">The product.</param>
    public virtual IEnumerable<string> After(Product product) => [];

    /// <summary>The files of an assembly with what the launches need: the name of each, and its parts.</summary>
    /// <param name="products">The products with such a term.</param>
    /// <param name="needs">What the assembly needs.</param>
    public abstract IEnumerable<(string Name, string[] Parts)> Files(IReadOnlyList<Product> products, KernelNeeds needs);
}
