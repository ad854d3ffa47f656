namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>What is added to the product with W before a result is written. Each kind is one record, and has one printer a target.</summary>
internal abstract record Term;
