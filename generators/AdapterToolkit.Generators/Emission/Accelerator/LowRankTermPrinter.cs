using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the end of a kernel in which one thread has one result: low-rank term, bias, and the only write.</summary>
internal static class LowRankTermPrinter
{
    public static void PrintResult(SourceWriter writer, ProductDescription product, string result, string row, string column)
    {
        if (product.Rank > 0)
        {
            writer.Open($"if ({ProductNames.HasLowRank(product)})");
            writer.Line("float lowRank = 0f;");
            foreach (string summand in ProductNames.LowRankSummands(product, row, column))
                writer.Line($"lowRank += {summand};");
            writer.Line(product.ScalesLowRank ? $"{result} += scaling * lowRank;" : $"{result} += lowRank;");
            writer.Close();
            writer.Line();
        }

        string bias = product.HasBias ? $" + ({ProductNames.Bias(column)})" : string.Empty;
        writer.Line($"{product.Result}[{row} * {ProductNames.Columns(product)} + {column}] = {result}{bias};");
    }
}
