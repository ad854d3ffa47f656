using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints a kind of term for the CPU.</summary>
internal abstract class TermPrinter
{
    /// <summary>What the loops of a product do for the term.</summary>
    /// <param name="product">The product.</param>
    public abstract TermText Loops(Product product);

    /// <summary>What the loops call.</summary>
    public virtual IEnumerable<string> Members => [];

    /// <summary>A tile's statements, between the sum over W and its results.</summary>
    /// <param name="text">The vectors.</param>
    /// <param name="height">The tile's height.</param>
    public virtual string Tile(VectorText text, int height) => string.Empty;

    /// <summary>What the loops of a product do for all its terms.</summary>
    /// <param name="product">The product.</param>
    public static TermText LoopsOf(Product product) => TermText.Together(product.Terms.Select(term => TermPrinters.ForCpu(term).Loops(product)));

    /// <summary>The printers of all terms that products of an assembly may have.</summary>
    /// <param name="needs">What the assembly needs.</param>
    public static IEnumerable<TermPrinter> All(KernelNeeds needs) => Product.Forward(needs.Described).Terms.Select(TermPrinters.ForCpu);
}
