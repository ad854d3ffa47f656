using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>The names and parameters that the variants of one product share.</summary>
internal static class ProductNames
{
    /// <summary>The number of features that the product sums over.</summary>
    public static string Summed(Product product) => product.Weight.Use == WeightUse.Transposed ? "inFeatures" : "outFeatures";

    /// <summary>The number of features of a row of the result.</summary>
    public static string Columns(Product product) => product.Weight.Use == WeightUse.Transposed ? "outFeatures" : "inFeatures";

    /// <summary>The parameters of every variant, in one order, so that one launch fits all.</summary>
    public static string[] Parameters(Product product, WeightReader reader)
    {
        List<string> parameters = [$"View {product.Left}", .. reader.Parameters];
        if (product.LowRank is not null)
        {
            parameters.Add($"View {product.LowRank.Left}");
            parameters.Add($"View {product.LowRank.Right}");
        }

        if (product.Epilogue.HasBias)
            parameters.Add($"View bias");
        parameters.Add($"View {product.Result}");
        parameters.Add("int rows");
        parameters.Add("int inFeatures");
        parameters.Add("int outFeatures");
        if (product.LowRank is { Scales: true })
            parameters.Add("float scaling");
        return [.. parameters];
    }

    /// <summary>The condition under which the layer has an adapter: without one, the low-rank views are empty.</summary>
    public static string HasLowRank(Product product) => $"{product.LowRank!.Left}.Length > 0";

    /// <summary>The bias of a column; zero without one.</summary>
    public static string Bias(string column) => $"bias.Length > 0 ? bias[{column}] : 0f";

    /// <summary>
    /// The low-rank term's summands of one result, unrolled over the rank: s·u Bᵀ, or v A, of one row and one column.
    /// </summary>
    public static IEnumerable<string> LowRankSummands(Product product, string row, string column)
    {
        for (int component = 0; component < product.LowRank!.Rank; component++)
        {
            string right = product.Weight.Use == WeightUse.Transposed
                ? KernelClass.Plus($"{column} * {product.LowRank!.Rank}", component)
                : component == 0 ? column : $"{component} * inFeatures + {column}";
            yield return $"{product.LowRank!.Left}[{KernelClass.Plus($"{row} * {product.LowRank!.Rank}", component)}] * {product.LowRank!.Right}[{right}]";
        }
    }
}
