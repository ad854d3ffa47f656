using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Emits a set of linear kernels for accelerators: the kernels, a class for each variant of the products and one for the
/// format of W, and the launches that choose among them.
/// </summary>
internal static class LinearAcceleratorEmitter
{
    /// <summary>All files: the launches, and one for each class of kernels. Each has a name to tell it from the others.</summary>
    public static IEnumerable<(string Name, string Text)> EmitFiles(LinearConfiguration configuration, string space, CancellationToken cancellation)
    {
        VariantNames names = new(configuration);
        bool isPacked = configuration.Stored.IsPacked;
        WeightReader[] readers = isPacked
            ? [new PackedWeightReader(configuration.Stored, anyWidth: false), new PackedWeightReader(configuration.Stored, anyWidth: true)]
            : [new DenseWeightReader()];
        string stored = isPacked ? $" W is stored in {configuration.Stored.Description}." : string.Empty;
        yield return ("Accelerator", LaunchEmitter.Emit(configuration, names, readers, space, cancellation));
        yield return ("Accelerator.Tiled", EmitClass(
            space, names.Tiled, $"The products with W for many rows, in tiles.{stored}", configuration, readers,
            (writer, product, reader) => TiledProductPrinter.Print(writer, product, TileShape.Square, reader), cancellation));
        yield return ("Accelerator.FewRows", EmitClass(
            space, names.FewRows, $"The products with W for few rows.{stored}", configuration, readers, FewRowsProductPrinter.Print, cancellation));
        yield return ("Accelerator.Narrow", EmitClass(
            space, names.Narrow, $"The products with W in their plainest form, for debugging.{stored}", configuration, [readers[0]], NarrowProductPrinter.Print, cancellation));
        if (isPacked)
            yield return ("Accelerator.Codec", EmitCodec(space, names.Codec, configuration.Stored, cancellation));
        if (configuration.Rank == 0 || isPacked)
            yield break;
        FactorNames[] factors = [FactorNames.A(configuration.Rank), FactorNames.B(configuration.Rank)];
        yield return ("Accelerator.Factors", EmitFactors(space, names.Factors, factors, configuration.Rank, cancellation));
        yield return ("Accelerator.NarrowFactors", EmitNarrowFactors(space, names.NarrowFactors, factors, cancellation));
    }

    private static string EmitClass(
        string space, string name, string summary, LinearConfiguration configuration, WeightReader[] readers, Action<SourceWriter, Product, WeightReader> print,
        CancellationToken cancellation)
    {
        SourceWriter writer = KernelClass.Open(space, name, summary, cancellation, readers[0].Aliases);
        bool isFirst = true;
        foreach (Product product in (Product[])[Product.Forward(configuration), Product.InputGradient(configuration)])
        {
            foreach (WeightReader reader in readers)
            {
                if (!isFirst)
                    writer.Line();
                isFirst = false;
                print(writer, product with { Name = VariantNames.Kernel(product, reader) }, reader);
            }
        }

        return KernelClass.Close(writer);
    }

    private static string EmitCodec(string space, string name, StoredFormat stored, CancellationToken cancellation)
    {
        CodecPrinter codec = new(stored);
        SourceWriter writer = KernelClass.Open(
            space, name, $"W's way into {stored.Description} and out of it. The kernels suit groups of any size.", cancellation, codec.Aliases);
        codec.Print(writer);
        return KernelClass.Close(writer);
    }

    private static string EmitFactors(string space, string name, FactorNames[] factors, int rank, CancellationToken cancellation)
    {
        SourceWriter writer = KernelClass.Open(space, name, "The products with the factors, their gradients, and the merge.", cancellation);
        foreach (FactorNames factor in factors)
        {
            FactorProductPrinter.Print(writer, factor);
            writer.Line();
            FactorGradientPrinter.Print(writer, factor);
            writer.Line();
        }

        MergePrinter.Print(writer, FactorProduct.Merge(rank));
        return KernelClass.Close(writer);
    }

    private static string EmitNarrowFactors(string space, string name, FactorNames[] factors, CancellationToken cancellation)
    {
        SourceWriter writer = KernelClass.Open(
            space, name, "The products with the factors and their gradients in their plainest form, for debugging.", cancellation);
        for (int i = 0; i < factors.Length; i++)
        {
            if (i > 0)
                writer.Line();
            FactorProductPrinter.PrintNarrow(writer, factors[i]);
            writer.Line();
            FactorGradientPrinter.PrintNarrow(writer, factors[i]);
        }

        return KernelClass.Close(writer);
    }
}
