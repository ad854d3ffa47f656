namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>The product of two sides that meet in the rank: s·u Bᵀ in the forward pass, v A in the backward pass.</summary>
/// <param name="Rank">The rank that is compiled in.</param>
/// <param name="Left">The name of the left side: rows x rank.</param>
/// <param name="Right">The name of the right side: the factor B for y, A for dx.</param>
/// <param name="Scales">Whether the term is multiplied by s here (in the backward pass v holds s already).</param>
internal sealed record LowRankTerm(int Rank, string Left, string Right, bool Scales) : Term;
