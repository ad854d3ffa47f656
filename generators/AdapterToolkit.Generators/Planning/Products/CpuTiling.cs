namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>The blocks that a product on the CPU divides its operands into, so that they stay in the caches.</summary>
/// <param name="Rows">Rows of a block, which are packed into the second-level cache.</param>
/// <param name="Depth">Summed features of a block.</param>
internal sealed record CpuTiling(int Rows, int Depth);
