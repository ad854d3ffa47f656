using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A lambda or method that is held in a variable, so that it can be run where it is called.</summary>
/// <param name="Place">Where it was made.</param>
/// <param name="Run">Runs it with arguments, for a call.</param>
internal sealed record FunctionValue(SyntaxNode Place, Func<ImmutableArray<Value>, IOperation, Value> Run)
{
    /// <inheritdoc/>
    public bool Equals(FunctionValue? other) => other is not null && Place == other.Place;

    /// <inheritdoc/>
    public override int GetHashCode() => Place.GetHashCode();
}
