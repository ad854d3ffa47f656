using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints a product as the plainest kernel: one thread computes one result, in groups of 16 that share nothing but a table
/// of codes. It is for ILGPU's CPU accelerator, whose groups are that small, and a debugger steps through it line by line.
/// </summary>
internal static class NarrowProductPrinter
{
    /// <summary>Threads of a group, each with a column of one row.</summary>
    public const int Threads = 16;

    public static void Print(SourceWriter writer, Product product, WeightReader reader)
    {
        string summed = ProductNames.Summed(product);
        KernelClass.OpenKernel(writer, product.Name, $"{product.Formula}, one result a thread.", ProductNames.Parameters(product, reader));
        reader.PrintTables(writer, $"{Threads}");
        writer.Line($"int row = Grid.IdxY;");
        writer.Line($"int column = Grid.IdxX * {Threads} + Group.IdxX;");
        writer.Open($"if (row >= rows || column >= {ProductNames.Columns(product)})");
        writer.Line("return;");
        writer.Close();
        writer.Line();
        writer.Line("float result = 0f;");
        writer.Open($"for (int i = 0; i < {summed}; i++)");
        string weight = product.Weight.Use == WeightUse.Transposed ? "column * inFeatures + i" : "i * inFeatures + column";
        string number = reader.Single(writer, weight);
        writer.Line($"result += {product.Left}[row * {summed} + i] * {(reader.PieceLength == 1 ? number : $"({number})")};");
        writer.Close();
        writer.Line();
        LowRankTermPrinter.PrintResult(writer, product, "result", "row", "column");
        writer.Close();
    }
}
