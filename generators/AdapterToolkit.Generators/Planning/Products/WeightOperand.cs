using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>The frozen weight W (out x in) in a product.</summary>
/// <param name="Format">How it is stored.</param>
/// <param name="Use">Which way it is read.</param>
internal sealed record WeightOperand(StoredFormat Format, WeightUse Use);
