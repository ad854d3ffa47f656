namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>The type of numbers that a product computes in.</summary>
internal enum ElementType
{
    /// <summary>Float32.</summary>
    Float32,
}
