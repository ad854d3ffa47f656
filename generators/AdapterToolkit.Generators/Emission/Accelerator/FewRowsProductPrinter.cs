using AdapterToolkit.Generators.Planning.Products;

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
    private const int AsStoredThreads = Rows * AsStoredColumns;

    /// <summary>Columns that a group computes.</summary>
    public static int Columns(Product product) => product.Weight.Use == WeightUse.Transposed ? TransposedColumns : AsStoredColumns;

    /// <summary>Threads of a group.</summary>
    public static int Threads(Product product) => product.Weight.Use == WeightUse.Transposed ? TransposedThreads : AsStoredThreads;

    public static void Print(SourceWriter writer, Product product, WeightReader reader)
    {
        KernelClass.OpenKernel(writer, product.Name, $"{product.Formula}, for few rows: {Rows} x {Columns(product)} results a group of {Threads(product)} threads.", ProductNames.Parameters(product, reader));
        reader.PrintTables(writer, $"{Threads(product)}");
        writer.Line($"int thread = Group.IdxX;");
        writer.Line($"int firstRow = Grid.IdxY * {Rows};");
        writer.Line($"int firstColumn = Grid.IdxX * {Columns(product)};");
        for (int row = 0; row < Rows; row++)
            writer.Line($"var row{row} = {product.Left}.SubView({KernelClass.Min(KernelClass.Plus("firstRow", row), "rows - 1")} * {ProductNames.Summed(product)});");
        if (product.Weight.Use == WeightUse.Transposed)
            PrintTransposed(writer, product, reader);
        else
            PrintAsStored(writer, product, reader);
        writer.Close();
    }

    /// <summary>The threads share the pieces of the group's columns, whose summands lie side by side in W's rows.</summary>
    private static void PrintTransposed(SourceWriter writer, Product product, WeightReader reader)
    {
        const int results = Rows * TransposedColumns;
        const int stride = TransposedThreads + 1;
        const int parts = TransposedThreads / results;
        int length = reader.PieceLength;
        for (int column = 0; column < TransposedColumns; column++)
            reader.PrintSource(writer, $"column{column}", $"{KernelClass.Min(KernelClass.Plus("firstColumn", column), "outFeatures - 1")} * inFeatures");
        for (int row = 0; row < Rows; row++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, TransposedColumns).Select(column => $"sum{row}{column} = 0f"))};");
        if (reader.HasPartialPieces)
            writer.Line($"int end = inFeatures / {length} * {length};");
        writer.Open($"for (int i = {(length == 1 ? "thread" : $"{length} * thread")}; i < {(reader.HasPartialPieces ? "end" : "inFeatures")}; i += {length * TransposedThreads})");
        for (int column = 0; column < TransposedColumns; column++)
            reader.PrintLoads(writer, $"piece{column}", $"column{column}", "i");
        for (int column = 0; column < TransposedColumns; column++)
            reader.PrintDecoding(writer, $"piece{column}");
        for (int number = 0; number < length; number++)
        {
            if (length > 1)
                writer.Open();
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"x{row} = row{row}[{KernelClass.Plus("i", number)}]"))};");
            for (int column = 0; column < TransposedColumns; column++)
                writer.Line($"float w{column} = {reader.Number($"piece{column}", $"column{column}", "i", number)};");
            PrintMultiplication(writer);
            if (length > 1)
                writer.Close();
        }

        writer.Close();
        if (reader.HasPartialPieces)
        {
            writer.Line();
            writer.Line("// What whole pieces leave over, one summand a thread.");
            writer.Open($"for (int i = end + thread; i < inFeatures; i += {TransposedThreads})");
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"x{row} = row{row}[i]"))};");
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, TransposedColumns).Select(column => $"w{column}"))};");
            for (int column = 0; column < TransposedColumns; column++)
            {
                writer.Open();
                string single = reader.Single(writer, $"column{column} + i");
                writer.Line($"w{column} = {single};");
                writer.Close();
            }

            PrintMultiplication(writer);
            writer.Close();
        }

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

    /// <summary>Each thread has a piece of neighbouring columns of W and a share of their summands.</summary>
    private static void PrintAsStored(SourceWriter writer, Product product, WeightReader reader)
    {
        int length = reader.PieceLength, pieces = AsStoredColumns / length, segments = AsStoredThreads / pieces;
        writer.Line($"int lane = thread % {pieces};");
        writer.Line($"int segment = thread / {pieces};");
        reader.PrintSource(writer, "columns", length == 1
            ? KernelClass.Min("firstColumn + lane", "inFeatures - 1")
            : KernelClass.Min($"firstColumn + {length} * lane", $"(inFeatures - 1) / {length} * {length}"));
        for (int number = 0; number < length; number++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"sum{row}{number} = 0f"))};");
        writer.Open($"for (int o = segment; o < outFeatures; o += {segments})");
        reader.PrintLoads(writer, "piece", "columns", "o * inFeatures");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"{product.Left}{row} = row{row}[o]"))};");
        reader.PrintDecoding(writer, "piece");
        for (int number = 0; number < length; number++)
        {
            writer.Line($"float w{number} = {reader.Number("piece", "columns", "o * inFeatures", number)};");
            writer.Line(string.Join(" ", Enumerable.Range(0, Rows).Select(row => $"sum{row}{number} += {product.Left}{row} * w{number};")));
        }

        writer.Close();
        writer.Line();
        writer.Line("// Each thread adds the shares of one result.");
        writer.Line($"var shares = SharedMemory.Allocate<float>({segments * AsStoredThreads});");
        writer.Line($"int share = segment * {AsStoredThreads} + {(length == 1 ? "lane" : $"{length} * lane")};");
        for (int row = 0; row < Rows; row++)
        {
            for (int number = 0; number < length; number++)
                writer.Line($"shares[{KernelClass.Plus("share", (row * AsStoredColumns) + number)}] = sum{row}{number};");
        }

        writer.Line(KernelClass.Barrier);
        writer.Line($"int row = firstRow + thread / {AsStoredColumns};");
        writer.Line($"int column = firstColumn + thread % {AsStoredColumns};");
        writer.Open("if (row < rows && column < inFeatures)");
        writer.Line("float result = 0f;");
        writer.Open($"for (int i = 0; i < {segments}; i++)");
        writer.Line($"result += shares[i * {AsStoredThreads} + thread];");
        writer.Close();
        writer.Line();
        LowRankTermPrinter.PrintResult(writer, product, "result", "row", "column");
        writer.Close();
    }

    /// <summary>Adds the products of the group's rows and columns for one summand.</summary>
    private static void PrintMultiplication(SourceWriter writer)
    {
        for (int row = 0; row < Rows; row++)
            writer.Line(string.Join(" ", Enumerable.Range(0, TransposedColumns).Select(column => $"sum{row}{column} += x{row} * w{column};")));
    }
}
