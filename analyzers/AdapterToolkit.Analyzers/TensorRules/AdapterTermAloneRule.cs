using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>
/// ADT0109: a forward pass returns the adapter's term without W's. A class that holds only factors and is a part of another
/// one may leave it to that one to add W's term. Factors that are called no adapter's, in a class without a frozen weight, are a
/// layer of low rank by themselves.
/// </summary>
internal sealed class AdapterTermAloneRule : TensorRule
{
    /// <inheritdoc/>
    public override void OnReturn(ValueFlow flow, IOperation operation, Value value)
    {
        if (value.Kind != ValueKind.AdapterTerm || flow.IsNested || !IsForward(flow.Symbol))
            return;
        if (value.Pair is { IsNamed: false, A.ContainingType: { } owner } && !flow.LowRank.HasFrozenWeight(owner))
            return;
        bool mayBeCompleted = value.Pair is not null && flow.Symbol.ContainingType is { } type
            && !flow.LowRank.HasFrozenWeight(type) && flow.IsPartOfAnother(type);
        if (!mayBeCompleted)
            flow.Report(Rules.AdapterTermAlone, operation.Syntax);
    }

    private static bool IsForward(ISymbol symbol) => symbol.Name is "Forward" or "ForwardSaving" or "Evaluate" or "forward" or "call";
}
