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
    public static IEnumerable<(string Name, string Text)> EmitKernels(IReadOnlyList<LinearConfiguration> configurations, string space, CancellationToken cancellation)
    {
        if (configurations.Count == 0)
            yield break;
        StoredFormat[] formats = [.. configurations.Select(configuration => configuration.Stored).Where(format => format.IsPacked).Distinct()];
        int[] ranks = [.. configurations.Select(configuration => configuration.Rank).Where(rank => rank > 0).Distinct()];
        Product[] products = Products(configurations.OrderByDescending(configuration => configuration.Rank).First());

        yield return ("Accelerator", AcceleratorFile.Declaration(space, Join([WeightPieces.PrintDense(), TermsPrinter.Print(), configurations.Any(configuration => configuration.Rank == 0) ? TermsPrinter.PrintNone() : null]), cancellation));
        yield return Shared("TiledKernels", [TiledKernelsPrinter.Print(products)]);
        yield return Shared("TileParts", [TilePartsPrinter.Print(), WeightTilesPrinter.PrintDense()]);
        yield return Shared("FewRowsKernels", [FewRowsKernelsPrinter.Print(products), FewRowsWeightsPrinter.PrintDense()]);
        yield return Shared("NarrowKernels", [NarrowKernelsPrinter.Print(products)]);
        yield return Shared("Launches", [LaunchesPrinter.PrintDense(products)]);
        if (formats.Length > 0)
            yield return Shared("PackedWeights", [WeightPieces.PrintPacked(), WeightTilesPrinter.PrintPacked(), FewRowsWeightsPrinter.PrintPacked(), LaunchesPrinter.PrintPacked(products)]);
        StoredFormat[] sixteenBits = [.. formats.Where(format => !format.HasBlocks)];
        if (sixteenBits.Length > 0)
            yield return Shared("SixteenBitWeight", [SixteenBitWeightPrinter.Print(sixteenBits)]);
        foreach (StoredFormat format in formats.Where(format => format.HasBlocks))
            yield return Shared(BlockWeightPrinter.TypeName(format), [new BlockWeightPrinter(format).Print()]);
        if (ranks.Length == 0)
            yield break;
        yield return Shared("LowRankTerms", [LowRankTermPrinter.Print(products)]);
        yield return Shared("FactorKernels", [FactorKernelsPrinter.Print(), FactorKernelsPrinter.PrintComponents(ranks), LaunchesPrinter.PrintFactors()]);
        yield return Shared("NarrowFactorKernels", [NarrowFactorKernelsPrinter.Print()]);
        foreach (int rank in ranks)
            yield return Shared(LowRankTermPrinter.RankName(rank), [LowRankTermPrinter.PrintRank(rank)]);

        (string, string) Shared(string name, string?[] parts) => ($"Accelerator.{name}", AcceleratorFile.Shared(space, Join(parts), cancellation));
    }

    /// <summary>A set's part for accelerators, which launches the kernels with its format and its rank.</summary>
    public static string EmitSet(LinearConfiguration configuration, string space, CancellationToken cancellation) =>
        AcceleratorFile.Configuration(space, configuration.ClassName, new ConfigurationPrinter(configuration).Print(), cancellation);

    private static Product[] Products(LinearConfiguration configuration) => [Product.Forward(configuration), Product.InputGradient(configuration)];

    private static string Join(string?[] parts) => KernelText.Members(parts.Where(part => part is not null).Select(part => part!));
}
