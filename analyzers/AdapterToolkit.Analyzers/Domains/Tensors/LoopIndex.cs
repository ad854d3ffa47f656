using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What says which number of a matrix is meant: the variable of a loop, or the function that is run for each element of a sequence.</summary>
/// <param name="Symbol">The variable or function.</param>
/// <param name="Part">
/// <see cref="BinaryOperatorKind.Divide"/> for the row and <see cref="BinaryOperatorKind.Remainder"/> for the column where one variable counts both.
/// </param>
internal readonly record struct LoopIndex(ISymbol Symbol, BinaryOperatorKind Part = BinaryOperatorKind.None)
{
    /// <inheritdoc/>
    public bool Equals(LoopIndex other) => Part == other.Part && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(Symbol);
}
