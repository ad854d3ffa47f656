using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A lambda or method that is held in a variable, so that it can be run where it is called.</summary>
/// <param name="Place">Where it was made.</param>
/// <param name="Method">The method.</param>
/// <param name="Lambda">The lambda that it is; null where it is a method that has a name.</param>
/// <param name="Receiver">The object that the method belongs to.</param>
/// <param name="Scope">The body in which it was made.</param>
/// <param name="Owner">The method, property or field whose body that is.</param>
/// <param name="Captured">What was known there about the variables that it can use.</param>
internal sealed record FunctionValue(
    SyntaxNode Place, IMethodSymbol Method, IFlowAnonymousFunctionOperation? Lambda, Value Receiver, ControlFlowGraph Scope, ISymbol Owner, ValueState Captured)
{
    /// <inheritdoc/>
    public bool Equals(FunctionValue? other) =>
        other is not null && Place == other.Place && Receiver.Equals(other.Receiver) && Captured.Equals(other.Captured);

    /// <summary>The same function, of which nothing is known but where it was made.</summary>
    public FunctionValue Alone() => this with { Receiver = Value.Other, Captured = ValueState.Empty };

    /// <inheritdoc/>
    public override int GetHashCode() => Place.GetHashCode();
}
