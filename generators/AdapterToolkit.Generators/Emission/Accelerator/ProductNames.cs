using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>The names that the kernels of a product share, whatever their variant.</summary>
/// <param name="Product">The product.</param>
internal sealed record ProductNames(Product Product)
{
    /// <summary>The formula, in which the term stands for those that a layer's products have.</summary>
    public string Formula => $"{Product.Result} = {Product.Left} {(IsTransposed ? "Wᵀ" : "W")} + term{Bias(" + bias")}";

    /// <summary>Whether a column's summands lie side by side, as in W's rows for x Wᵀ.</summary>
    public bool IsTransposed => Product.Weight.Use == WeightUse.Transposed;

    /// <summary>The number of features that the product sums over.</summary>
    public string Summed => IsTransposed ? "inFeatures" : "outFeatures";

    /// <summary>The number of features of a row of the result.</summary>
    public string Columns => IsTransposed ? "outFeatures" : "inFeatures";

    /// <summary>The parameters of every variant, in one order, so that one launch fits all.</summary>
    public string Parameters =>
        $"View {Product.Left}, TWeight weight, TTerm term, {Bias("View bias, ")}View {Product.Result}, int rows, int inFeatures, int outFeatures";

    /// <summary>A text where a bias may be added, and nothing else.</summary>
    public string Bias(string text) => Product.Epilogue.HasBias ? text : string.Empty;

    /// <summary>The statement by which a thread that has one result adds the terms and the bias, and writes it.</summary>
    public string StoreResult =>
        $"{Product.Result}[row * {Columns} + column] = term.AddTo(result, row, column, {Columns}){Bias(" + (bias.Length > 0 ? bias[column] : 0f)")};";
}
