using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// What is added to the product with W before a result is written. A kind of term is a record here, and has one printer for each target, which
/// <c>Emission/TermPrinters</c> names.
/// </summary>
internal abstract record Term
{
    /// <summary>The terms of y = x Wᵀ, in the order in which they are added.</summary>
    public static EquatableArray<Term> OfForward(LinearConfiguration configuration) =>
        new(configuration.Rank == 0 ? [] : [new LowRankTerms(configuration.Rank, "u", "b", Scales: true)]);

    /// <summary>The terms of dx = dy W.</summary>
    public static EquatableArray<Term> OfInputGradient(LinearConfiguration configuration) =>
        new(configuration.Rank == 0 ? [] : [new LowRankTerms(configuration.Rank, "v", "a", Scales: false)]);
}

/// <summary>
/// A list of low-rank terms, of which each stands on all rows or on some, and several may stand on one row. A term is the product of two sides that meet in
/// the rank: s·u Bᵀ in the forward pass, v A in the backward pass.
/// </summary>
/// <param name="Rank">The rank that is compiled in.</param>
/// <param name="Left">The name of the left sides: rows x rank for each slot of the list.</param>
/// <param name="Right">The name of the right side: the factor B for y, A for dx.</param>
/// <param name="Scales">Whether a term is multiplied by s here (in the backward pass v holds s already).</param>
internal sealed record LowRankTerms(int Rank, string Left, string Right, bool Scales) : Term;
