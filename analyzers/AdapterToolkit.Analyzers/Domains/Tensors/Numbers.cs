using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A number of a matrix, or several, as an expression takes them.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Sources">The parameters, members and variables that hold the matrix.</param>
/// <param name="Indices">What says which number is meant.</param>
/// <param name="Last">That of it which steps from one number to the next in memory: what counts columns.</param>
internal sealed record Numbers(
    IOperation Expression, ImmutableHashSet<ISymbol> Sources, ImmutableHashSet<LoopIndex> Indices, ImmutableHashSet<LoopIndex> Last)
{
    /// <summary>Whether the same variables say which number is meant, by whichever of their parts.</summary>
    public bool HasVariablesOf(Numbers other) => Variables.SetEquals(other.Variables);

    private ImmutableHashSet<ISymbol> Variables => Indices.Select(index => index.Symbol).ToImmutableHashSet<ISymbol>(SymbolEqualityComparer.Default);
}
