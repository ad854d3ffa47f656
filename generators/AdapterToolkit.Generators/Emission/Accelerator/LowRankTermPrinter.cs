using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the end of a kernel in which one thread has one result: low-rank term, bias, and the only write.</summary>
internal static class LowRankTermPrinter
{
    public static void PrintResult(SourceWriter writer, Product product, string result, string row, string column)
    {
        if (product.LowRank is not null)
        {
            writer.Open($"if ({ProductNames.HasLowRank(product)})");
            writer.Line("float lowRank = 0f;");
            foreach (string summand in ProductNames.LowRankSummands(product, row, column))
                writer.Line($"lowRank += {summand};");
            writer.Line(product.LowRank.Scales ? $"{result} += scaling * lowRank;" : $"{result} += lowRank;");
            writer.Close();
            writer.Line();
        }

        string bias = product.Epilogue.HasBias ? $" + ({ProductNames.Bias(column)})" : string.Empty;
        writer.Line($"{product.Result}[{row} * {ProductNames.Columns(product)} + {column}] = {result}{bias};");
    }
}
