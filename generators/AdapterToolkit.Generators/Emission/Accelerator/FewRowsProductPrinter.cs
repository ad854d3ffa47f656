using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints a product as a kernel for few rows, as when a model continues a text token by token. Such a product is as fast as
/// W can be read: a group reads a part of W once for four rows, its threads sum side by side and add their parts at the end.
/// </summary>
internal static class FewRowsProductPrinter
{
    /// <summary>Up to how many rows this variant is the faster one.</summary>
    public const int MostRows = 16;

    /// <summary>Rows that a group computes.</summary>
    public const int Rows = 4;

    private const int TransposedColumns = 4;
    private const int TransposedThreads = 64;
    private const int AsStoredColumns = 32;
    private const int Segments = 4;

    /// <summary>Columns that a group computes.</summary>
    public static int Columns(ProductDescription product) => product.Weight == WeightUse.Transposed ? TransposedColumns : AsStoredColumns;

    /// <summary>Threads of a group.</summary>
    public static int Threads(ProductDescription product) => product.Weight == WeightUse.Transposed ? TransposedThreads : AsStoredColumns * Segments;

    public static void Print(SourceWriter writer, ProductDescription product)
    {
        KernelClass.OpenKernel(writer, product.Name, $"{product.Formula}, for few rows: {Rows} x {Columns(product)} results a group of {Threads(product)} threads.", ProductNames.Parameters(product));
        writer.Line($"int thread = Group.IdxX;");
        writer.Line($"int firstRow = Grid.IdxY * {Rows};");
        writer.Line($"int firstColumn = Grid.IdxX * {Columns(product)};");
        for (int row = 0; row < Rows; row++)
            writer.Line($"var row{row} = {product.Left}.SubView({KernelClass.Min(KernelClass.Plus("firstRow", row), "rows - 1")} * {ProductNames.Summed(product)});");
        if (product.Weight == WeightUse.Transposed)
            PrintTransposed(writer, product);
        else
            PrintAsStored(writer, product);
        writer.Close();
    }

    /// <summary>The threads share the summands of the group's columns, which lie side by side in W's rows.</summary>
    private static void PrintTransposed(SourceWriter writer, ProductDescription product)
    {
        const int results = Rows * TransposedColumns;
        const int stride = TransposedThreads + 1;
        const int parts = TransposedThreads / results;
        for (int column = 0; column < TransposedColumns; column++)
            writer.Line($"var column{column} = weight.SubView({KernelClass.Min(KernelClass.Plus("firstColumn", column), "outFeatures - 1")} * inFeatures);");
        for (int row = 0; row < Rows; row++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, TransposedColumns).Select(column => $"sum{row}{column} = 0f"))};");
        writer.Open($"for (int i = thread; i < inFeatures; i += {TransposedThreads})");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"x{row} = row{row}[i]"))};");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, TransposedColumns).Select(column => $"w{column} = column{column}[i]"))};");
        for (int row = 0; row < Rows; row++)
            writer.Line(string.Join(" ", Enumerable.Range(0, TransposedColumns).Select(column => $"sum{row}{column} += x{row} * w{column};")));
        writer.Close();
        writer.Line();
        writer.Line($"// {parts} threads add the parts of one result, and one of them adds what these have.");
        writer.Line($"var parts = SharedMemory.Allocate<float>({results * stride});");
        for (int result = 0; result < results; result++)
            writer.Line($"parts[{KernelClass.Plus("thread", result * stride)}] = sum{result / TransposedColumns}{result % TransposedColumns};");
        writer.Line(KernelClass.Barrier);
        writer.Line("float part = 0f;");
        writer.Open($"for (int i = thread % {parts}; i < {TransposedThreads}; i += {parts})");
        writer.Line($"part += parts[thread / {parts} * {stride} + i];");
        writer.Close();
        writer.Line(KernelClass.Barrier);
        writer.Line("parts[thread] = part;");
        writer.Line(KernelClass.Barrier);
        writer.Line($"int row = firstRow + thread / {TransposedColumns};");
        writer.Line($"int column = firstColumn + thread % {TransposedColumns};");
        writer.Open($"if (thread < {results} && row < rows && column < outFeatures)");
        writer.Line($"float result = {string.Join(" + ", Enumerable.Range(0, parts).Select(i => $"parts[{KernelClass.Plus($"{parts} * thread", i)}]"))};");
        LowRankTermPrinter.PrintResult(writer, product, "result", "row", "column");
        writer.Close();
    }

    /// <summary>Each thread has a column of W and a share of its summands.</summary>
    private static void PrintAsStored(SourceWriter writer, ProductDescription product)
    {
        writer.Line($"int lane = thread % {AsStoredColumns};");
        writer.Line($"int segment = thread / {AsStoredColumns};");
        writer.Line("int column = firstColumn + lane;");
        writer.Line($"int heldColumn = {KernelClass.Min("column", "inFeatures - 1")};");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"sum{row} = 0f"))};");
        writer.Open($"for (int o = segment; o < outFeatures; o += {Segments})");
        writer.Line("float w = weight[o * inFeatures + heldColumn];");
        for (int row = 0; row < Rows; row++)
            writer.Line($"sum{row} += row{row}[o] * w;");
        writer.Close();
        writer.Line();
        writer.Line("// Each thread adds the shares of one result.");
        writer.Line($"var shares = SharedMemory.Allocate<float>({Segments * Rows * AsStoredColumns});");
        for (int row = 0; row < Rows; row++)
            writer.Line($"shares[{KernelClass.Plus($"segment * {Rows * AsStoredColumns} + lane", row * AsStoredColumns)}] = sum{row};");
        writer.Line(KernelClass.Barrier);
        writer.Line("int row = firstRow + segment;");
        writer.Open("if (row < rows && column < inFeatures)");
        writer.Line($"float result = {string.Join(" + ", Enumerable.Range(0, Segments).Select(i => $"shares[{KernelClass.Plus("thread", i * Rows * AsStoredColumns)}]"))};");
        LowRankTermPrinter.PrintResult(writer, product, "result", "row", "column");
        writer.Close();
    }
}
