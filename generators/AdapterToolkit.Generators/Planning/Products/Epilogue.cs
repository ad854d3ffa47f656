namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>What is done to a result when its sum is complete, before it is written.</summary>
/// <param name="HasBias">Whether a bias may be added.</param>
internal sealed record Epilogue(bool HasBias);
