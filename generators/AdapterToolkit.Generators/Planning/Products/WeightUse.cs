namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>Which way a product reads the frozen weight W (out x in).</summary>
internal enum WeightUse
{
    /// <summary>By its transpose: the sum runs over the input features.</summary>
    Transposed,

    /// <summary>As it is: the sum runs over the output features.</summary>
    AsStored,
}
