using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Matrix products that are written as loops over single numbers: <c>c[i, j] += a[i, k] * b[k, j]</c>.</content>
internal sealed partial class ValueFlow
{
    /// <summary>
    /// The product of which a number is added to a target: two numbers of two matrices are multiplied, one loop runs over both and not over the target, and
    /// another one over one of them alone. Without the latter it is a sum over all numbers, as of squares.
    /// </summary>
    /// <param name="target">The number, of an array or by itself.</param>
    /// <param name="given">What it is given, or what is added to it.</param>
    private Value? Contraction(IOperation target, IOperation given)
    {
        IOperation added = Resolve(given);
        if (added is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum)
        {
            bool isAddedToTarget = Resolve(sum.LeftOperand).Syntax.WithoutTrivia().IsEquivalentTo(target.Syntax.WithoutTrivia());
            added = Resolve(isAddedToTarget ? sum.RightOperand : sum.LeftOperand);
        }

        if (added is not IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply })
            return null;
        (IOperation Matrix, SyntaxNode Element)[] factors =
            [.. FactorsOf(added).Select(ElementOf).Where(element => element.HasValue).Select(element => element!.Value)];
        if (factors is not [var left, var right])
            return null;
        HashSet<string> loops = LoopsAround(added.Syntax), ofLeft = NamesIn(left.Element), ofRight = NamesIn(right.Element), ofTarget = NamesIn(target.Syntax);
        bool contracts = loops.Any(name => ofLeft.Contains(name) && ofRight.Contains(name) && !ofTarget.Contains(name));
        if (!contracts || !loops.Any(name => ofLeft.Contains(name) != ofRight.Contains(name)))
            return null;
        Value first = Evaluate(left.Matrix), second = Evaluate(right.Matrix);
        return first.Kind != ValueKind.Weight && second.Kind != ValueKind.Weight && (IsOfAdapter(first) || IsOfAdapter(second))
            ? Multiply(added, first, second)
            : null;
    }

    private static bool IsOfAdapter(Value value) => value.IsFactor || value.ContainsProduct;

    /// <summary>Whether a target is a variable that holds one number.</summary>
    private bool IsNumber(IOperation target) =>
        Resolve(target) is ILocalReferenceOperation { Local.RefKind: RefKind.None } local && TensorTypes.IsScalar(local.Type);

    private IEnumerable<IOperation> FactorsOf(IOperation product) => Resolve(product) is IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } binary
        ? FactorsOf(binary.LeftOperand).Concat(FactorsOf(binary.RightOperand))
        : [Resolve(product)];

    /// <summary>The matrix of which an expression is a number, and the expression that says which one; null where it is none.</summary>
    private (IOperation Matrix, SyntaxNode Element)? ElementOf(IOperation number)
    {
        if (number is ILocalReferenceOperation { Local: { DeclaringSyntaxReferences: [{ } declaration] } local } && TensorTypes.IsScalar(local.Type)
            && declaration.GetSyntax(_cancellation) is VariableDeclaratorSyntax { Initializer.Value: { } initial } && OperationOf(initial) is { } given)
            number = Expression.Unconverted(given);
        return WrittenContainer(number) is { } matrix and not ILocalReferenceOperation { Local.RefKind: RefKind.Ref } ? (matrix, number.Syntax) : null;
    }

    /// <summary>The variables of the loops around an expression.</summary>
    private static HashSet<string> LoopsAround(SyntaxNode expression) =>
    [
        .. expression.Ancestors().TakeWhile(node => node is not MemberDeclarationSyntax).OfType<ForStatementSyntax>()
            .SelectMany(loop => loop.Declaration?.Variables ?? []).Select(variable => variable.Identifier.ValueText),
    ];

    private static HashSet<string> NamesIn(SyntaxNode expression) =>
        [.. expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(name => name.Identifier.ValueText)];
}
