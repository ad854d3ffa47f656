using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Emits the kernels of linear layers for accelerators: once for an assembly what its layers share, once for each format how
/// W is read, once for each rank the sums over it, and for each configuration the launches that put these together. Kernels
/// are generic in the structs that do; ILGPU compiles each instance as if it were written for it.
/// </summary>
internal static class LinearAcceleratorEmitter
{
    /// <summary>The files with the kernels of an assembly. Each has a name to tell it from the others.</summary>
    public static IEnumerable<(string Name, string Text)> EmitKernels(
        IReadOnlyCollection<LinearConfiguration> configurations, string space, CancellationToken cancellation)
    {
        if (configurations.Count == 0)
            yield break;
        KernelNeeds needs = KernelNeeds.Of(configurations);
        Product[] products = [Product.Forward(needs.Described), Product.InputGradient(needs.Described)];
        AcceleratorTiling tiling = products[0].AcceleratorTiling;
        WeightTilesPrinter weightTiles = new(tiling);
        yield return ("Accelerator", AcceleratorFile.Declaration(
            space,
            KernelText.Members([WeightPieces.PrintDense(), TermsPrinter.Print(), .. needs.Ranks.Contains(0) ? [TermsPrinter.PrintNone()] : (string[])[]]),
            cancellation));
        yield return Shared("TiledKernels", TiledKernelsPrinter.Print(products));
        yield return Shared("TileParts", new TilePartsPrinter(tiling).Print(), weightTiles.PrintDense());
        yield return Shared("FewRowsKernels", FewRowsKernelsPrinter.Print(products), FewRowsWeightsPrinter.PrintDense());
        yield return Shared("NarrowKernels", NarrowKernelsPrinter.Print(products));
        yield return Shared("Launches", LaunchesPrinter.PrintDense(products));
        if (needs.IsPacked)
        {
            yield return Shared(
                "PackedWeights",
                WeightPieces.PrintPacked(),
                weightTiles.PrintPacked(),
                FewRowsWeightsPrinter.PrintPacked(),
                LaunchesPrinter.PrintPacked(products));
        }

        if (needs.HasBits(16))
            yield return Shared("SixteenBitWeight", SixteenBitWeightPrinter.Print(needs.Packed.Where(format => !format.HasBlocks)));
        foreach (StoredFormat format in needs.Packed.Where(format => format.HasBlocks))
            yield return Shared(BlockWeightPrinter.TypeName(format), new BlockWeightPrinter(format).Print());
        foreach ((string name, string[] parts) in products[0].Terms.SelectMany(term => TermPrinters.ForAccelerators(term).Files(products, needs)))
            yield return Shared(name, parts);

        (string, string) Shared(string name, params string[] parts) =>
            ($"Accelerator.{name}", AcceleratorFile.Shared(space, KernelText.Members(parts), cancellation));
    }

    /// <summary>A set's part for accelerators, which launches the kernels with its format and its rank.</summary>
    public static string EmitSet(LinearConfiguration configuration, string space, CancellationToken cancellation) =>
        AcceleratorFile.Configuration(space, configuration.ClassName, new ConfigurationPrinter(configuration).Print(), cancellation);
}
