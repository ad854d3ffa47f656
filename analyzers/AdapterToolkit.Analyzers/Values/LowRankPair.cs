using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>Two members of a class that are the factors of a low-rank adapter.</summary>
/// <param name="A">The factor that reads the input.</param>
/// <param name="B">The factor that writes the output.</param>
internal sealed record LowRankPair(ISymbol A, ISymbol B)
{
    /// <inheritdoc/>
    public bool Equals(LowRankPair? other) => other is not null && SymbolEqualityComparer.Default.Equals(A, other.A) && SymbolEqualityComparer.Default.Equals(B, other.B);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(A);
}
