using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0109: a forward pass returns the adapter's term without W's. A class that holds only factors and is a part of another
/// one may leave it to that one to add W's term. Factors that are called no adapter's, in a class without a frozen weight, are a
/// layer of low rank by themselves.
/// </summary>
internal sealed class AdapterTermAloneRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0109",
        "The adapter's term is returned without the weight's",
        "'{0}' returns only the term of {1}, a map of low rank that is zero before training; add W's term: y = Wx + s B(Ax)",
        "Adapters",
        DiagnosticSeverity.Warning,
        "B(Ax) alone is a map of low rank, and zero before training. It corrects a layer and can't stand for one.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <inheritdoc/>
    public override void OnReturn(ValueFlow flow, IOperation operation, Value value)
    {
        if (value.Kind != ValueKind.AdapterTerm || flow.IsNested || !flow.IsForward)
            return;
        if (value.Pair is { IsNamed: false, A.ContainingType: { } owner } && !flow.LowRank.HasFrozenWeight(owner))
            return;
        bool mayBeCompleted = value.Pair is not null && flow.Symbol.ContainingType is { } type
            && !flow.LowRank.HasFrozenWeight(type) && flow.IsPartOfAnother(type);
        if (!mayBeCompleted)
            flow.Report(s_rule, operation.Syntax, LowRankPair.NameOf(flow.Symbol), value.Pair?.ToString() ?? "the adapter");
    }
}
