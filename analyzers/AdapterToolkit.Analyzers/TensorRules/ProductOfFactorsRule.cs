using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>
/// ADT0101: the product of the factors meets an activation. BA has as many numbers as W; B(Ax) never forms it. Where the
/// product meets only W, as in a merge, or its result is only compared, nothing is wrong.
/// </summary>
internal sealed class ProductOfFactorsRule : TensorRule
{
    /// <summary>The property of a diagnostic that says which operand the product is: <c>left</c> or <c>right</c>.</summary>
    public const string Operand = "operand";

    /// <inheritdoc/>
    public override void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
        if (left.ContainsProduct == right.ContainsProduct)
            return;
        Value product = left.ContainsProduct ? left : right, other = left.ContainsProduct ? right : left;
        if (!other.MayBeActivation || Comparison.IsAllThatHappensTo(operation.Syntax))
            return;
        flow.ReportOperand(Rules.ProductOfFactors, operation.Syntax, left.ContainsProduct ? "left" : "right", product.Kind == ValueKind.Merged ? "W + BA is formed and multiplied" : "BA is formed and multiplied");
    }
}
