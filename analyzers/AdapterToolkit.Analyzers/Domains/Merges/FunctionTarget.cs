using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A function that a delegate calls.</summary>
/// <param name="Method">The method, the local function, or the anonymous one.</param>
/// <param name="Owner">The object whose method it is or, of an anonymous function, around it.</param>
/// <param name="Body">The body of an anonymous or local function; null for a method, which has its own.</param>
/// <param name="Receiver">The expression that gives the owner; null where none does.</param>
internal sealed record FunctionTarget(IMethodSymbol Method, ObjectPath? Owner, ControlFlowGraph? Body, IOperation? Receiver = null)
{
    /// <inheritdoc/>
    public bool Equals(FunctionTarget? other) =>
        other is not null && SymbolEqualityComparer.Default.Equals(Method, other.Method) && Equals(Owner, other.Owner);

    /// <inheritdoc/>
    public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(Method);
}
