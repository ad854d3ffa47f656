using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>ADT0105: the frozen weight of a layer that has an adapter is multiplied directly, past the adapter.</summary>
internal sealed class WeightPastAdapterRule : TensorRule
{
    /// <inheritdoc/>
    public override void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
        Value weight = left.Kind == ValueKind.Weight ? left : right, other = ReferenceEquals(weight, left) ? right : left;
        if (weight is not { Kind: ValueKind.Weight, HasAdapter: true } || !other.MayBeActivation || Comparison.IsAllThatHappensTo(operation.Syntax, flow))
            return;
        flow.Report(Rules.WeightPastAdapter, operation.Syntax, weight.Origins.FirstOrDefault()?.ToString() ?? "the weight");
    }
}
