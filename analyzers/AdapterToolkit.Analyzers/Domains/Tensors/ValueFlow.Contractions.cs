using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Matrix products that are written as sums of single numbers: <c>c[i, j] += a[i, k] * b[k, j]</c>.</content>
internal sealed partial class ValueFlow
{
    private (LoopReader? Reader, bool IsKnown) _loops;

    /// <summary>What the loops of the body, or of that around it, do; null where there are none.</summary>
    private LoopReader? Loops
    {
        get
        {
            if (_loops.IsKnown)
                return _loops.Reader;
            ControlFlowGraph graph = _graph;
            while (graph.Parent is { } parent)
                graph = parent;
            _loops = (Types.Products.ReaderOf(graph.OriginalOperation), true);
            return _loops.Reader;
        }
    }

    /// <summary>
    /// The product of which an assignment or call adds up a number; null where it does something else, adds up other products too, or no factor is in it.
    /// </summary>
    private Value? Contracted(IOperation sum)
    {
        Value? product = null;
        bool isOther = false;
        foreach (Contraction contraction in Loops?.At(sum.Syntax) ?? [])
        {
            Value left = Elements(contraction.Left.Expression), right = Elements(contraction.Right.Expression);
            if (left.Kind == ValueKind.Weight || right.Kind == ValueKind.Weight || !(IsOfAdapter(left) || IsOfAdapter(right)))
            {
                isOther = true;
                continue;
            }

            Value multiplied = Multiply(contraction.Product, left, right);
            product = product is null ? multiplied : Sum(sum, product, multiplied);
        }

        return isOther ? null : product;
    }

    private static bool IsOfAdapter(Value value) => value.IsFactor || value.ContainsProduct;

    /// <summary>Whether a target is a variable that holds one number.</summary>
    private bool IsNumber(IOperation target) =>
        Resolve(target) is ILocalReferenceOperation { Local.RefKind: RefKind.None } local && TensorTypes.IsScalar(local.Type);

    /// <summary>Whether a target is a variable that is given one number, and no other one later.</summary>
    private bool IsNumberGivenOnce(IOperation target) =>
        IsNumber(target) && Expression.VariableOf(Resolve(target)) is { } variable && Loops?.IsGivenOnce(variable) == true;

    /// <summary>What an element is of the collection that a loop goes through, or a function is run for.</summary>
    private Value ElementOf(ISymbol element) => Loops?.CollectionOf(element) is { } collection ? Evaluate(collection) : Value.Other;

    /// <summary>Whether an expression takes single numbers of matrices.</summary>
    private bool HasElement(IOperation operation) => Loops is { } loops
        ? loops.HasElement(operation)
        : operation.DescendantsAndSelf().Any(part => part is IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true });
}
