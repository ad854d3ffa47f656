namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// A list of low-rank terms, of which each stands on all rows or on some, and several may stand on one row. A term is the product of two sides that meet in
/// the rank: s·u Bᵀ in the forward pass, v A in the backward pass.
/// </summary>
/// <param name="Rank">The rank that is compiled in.</param>
/// <param name="Left">The name of the left sides: rows x rank for each slot of the list.</param>
/// <param name="Right">The name of the right side: the factor B for y, A for dx.</param>
/// <param name="Scales">Whether a term is multiplied by s here (in the backward pass v holds s already).</param>
internal sealed record LowRankTerms(int Rank, string Left, string Right, bool Scales) : Term;
