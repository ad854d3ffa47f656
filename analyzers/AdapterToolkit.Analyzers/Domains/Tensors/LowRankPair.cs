using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Two members of a class, or two variables of a method, that are the factors of a low-rank adapter.</summary>
/// <param name="A">The factor that reads the input.</param>
/// <param name="B">The factor that writes the output.</param>
/// <param name="IsNamed">Whether they are called <c>lora_A</c> and <c>lora_B</c>; other factors can be a layer of their own.</param>
/// <param name="Rank">The dimension that they share; null where it is not known.</param>
internal sealed record LowRankPair(ISymbol A, ISymbol B, bool IsNamed, Dimension? Rank = null)
{
    /// <summary>Whether they start as an adapter does: A at random, B at zero.</summary>
    public bool StartsAtZero { get; init; }

    /// <inheritdoc/>
    public bool Equals(LowRankPair? other) =>
        other is not null && SymbolEqualityComparer.Default.Equals(A, other.A) && SymbolEqualityComparer.Default.Equals(B, other.B);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(A);

    /// <summary>What a member or variable is called in messages: a member with its class.</summary>
    public static string NameOf(ISymbol symbol) =>
        symbol is not (ILocalSymbol or IParameterSymbol) && symbol.ContainingType is { Name.Length: > 0 } owner ? $"{owner.Name}.{symbol.Name}" : symbol.Name;

    /// <inheritdoc/>
    public override string ToString() => $"'{NameOf(A)}' and '{NameOf(B)}'";

    /// <summary>Whether a symbol is one of the two.</summary>
    public bool Contains(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(A, symbol) || SymbolEqualityComparer.Default.Equals(B, symbol);
}
