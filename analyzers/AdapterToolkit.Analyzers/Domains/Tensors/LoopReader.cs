using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Reads what the loops of one method do with the numbers of its operands.</summary>
/// <param name="method">The method.</param>
/// <param name="body">Its body.</param>
internal sealed class LoopReader(IMethodSymbol method, IOperation body)
{
    private readonly IOperation[] _operations = [.. body.Descendants()];

    /// <summary>Numbers that an expression takes from one operand.</summary>
    /// <param name="Operand">The operand's place; null where they are no operand's.</param>
    /// <param name="Indices">The variables that say which numbers.</param>
    private readonly record struct Numbers(int? Operand, ImmutableHashSet<ISymbol> Indices);

    /// <summary>What the method multiplies; null where it multiplies nothing.</summary>
    public LoopProduct? Product()
    {
        foreach (IOperation operation in _operations)
        {
            bool isDot = operation is IInvocationOperation { TargetMethod: { Name: "Dot" } dot, Arguments.Length: 2 }
                && TensorTypes.IsInNamespace(dot, "System");
            (IOperation Left, IOperation Right)? factors = operation switch
            {
                IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } times => (times.LeftOperand, times.RightOperand),
                IInvocationOperation { TargetMethod.Name: "FusedMultiplyAdd" or "MultiplyAddEstimate", Arguments.Length: 3 } fused =>
                    (fused.Arguments[0].Value, fused.Arguments[1].Value),
                IInvocationOperation call when isDot => (call.Arguments[0].Value, call.Arguments[1].Value),
                _ => null,
            };
            if (factors is { } pair && Read(operation, NumbersOf(pair.Left), NumbersOf(pair.Right), isDot) is { } product)
                return product;
        }

        return null;
    }

    /// <summary>The operand whose numbers are written elsewhere one by one, and nothing else is; null for none.</summary>
    public int? Moved()
    {
        int? moved = null;
        foreach (IOperation operation in _operations)
        {
            if (operation is not IAssignmentOperation assignment || !IsElement(assignment.Target))
                continue;
            Numbers from = IsElement(assignment.Value) ? NumbersOf(assignment.Value) : default;
            if (operation is not ISimpleAssignmentOperation || from.Operand is not { } operand || (moved is not null && moved != operand)
                || from.Indices.IsEmpty || !from.Indices.SetEquals(NumbersOf(assignment.Target).Indices))
                return null;
            moved = operand;
        }

        return moved;
    }

    private LoopProduct? Read(IOperation operation, Numbers left, Numbers right, bool isDot)
    {
        if (left.Operand is not { } first || right.Operand is not { } second || first == second || left.Indices.SetEquals(right.Indices))
            return null;
        ImmutableHashSet<ISymbol> summed = left.Indices.Intersect(right.Indices);
        if ((!isDot && summed.IsEmpty) || Destination(operation, isDot) is not { } written || (!isDot && summed.IsSubsetOf(written.Indices)))
            return null;
        if (method.ReturnsVoid && written.Operand is not >= 0)
            return null;
        return new LoopProduct(Math.Min(first, second), Math.Max(first, second), method.ReturnsVoid ? written.Operand : null);
    }

    /// <summary>The numbers that a sum of products is written to; null where there are none, as where it is returned.</summary>
    private Numbers? Destination(IOperation product, bool isDot)
    {
        IOperation node = product;
        while (node.Parent is IConversionOperation or IParenthesizedOperation or IArgumentOperation or IBinaryOperation
            or IInvocationOperation { TargetMethod.Name: "FusedMultiplyAdd" or "MultiplyAddEstimate" })
            node = node.Parent;
        switch (node.Parent)
        {
            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum:
                return IsElement(sum.Target) ? NumbersOf(sum.Target) : WrittenFrom(Expression.VariableOf(Expression.Unconverted(sum.Target)));
            case ISimpleAssignmentOperation assignment when IsElement(assignment.Target):
                return isDot || RefersTo(assignment.Value, assignment.Target) ? NumbersOf(assignment.Target) : null;
            case ISimpleAssignmentOperation assignment:
                ISymbol? variable = Expression.VariableOf(Expression.Unconverted(assignment.Target));
                return isDot || RefersTo(assignment.Value, assignment.Target) ? WrittenFrom(variable) : null;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } } when isDot:
                return WrittenFrom(local);
            case IReturnOperation { Parent.Parent: IAnonymousFunctionOperation lambda } when IsSummed(lambda):
                return AroundSum(lambda);
            default:
                return null;
        }
    }

    /// <summary>Whether a lambda is what LINQ sums up.</summary>
    private static bool IsSummed(IAnonymousFunctionOperation lambda) =>
        lambda.Parent is IDelegateCreationOperation { Parent: IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Sum" } sum } } }
            && TensorTypes.IsInNamespace(sum, "System");

    /// <summary>Where a sum is written that LINQ makes: to an element, or to one element of a sequence for each of another.</summary>
    private Numbers? AroundSum(IOperation lambda)
    {
        for (IOperation? node = lambda.Parent; node is not null && node != body; node = node.Parent)
        {
            if (node is IAssignmentOperation assignment && IsElement(assignment.Target))
                return NumbersOf(assignment.Target);
            if (node is IAnonymousFunctionOperation)
                return new Numbers(null, []);
        }

        return null;
    }

    /// <summary>The numbers to which the value of a variable is written.</summary>
    private Numbers? WrittenFrom(ISymbol? variable)
    {
        if (variable is null)
            return null;
        foreach (IOperation operation in _operations)
        {
            if (operation is IAssignmentOperation assignment && IsElement(assignment.Target)
                && assignment.Value.DescendantsAndSelf().Any(part => SymbolEqualityComparer.Default.Equals(Expression.VariableOf(part), variable)))
                return NumbersOf(assignment.Target);
        }

        return null;
    }

    private static bool RefersTo(IOperation value, IOperation target)
    {
        string text = target.Syntax.ToString();
        return value.DescendantsAndSelf().Any(part => part.Syntax.ToString() == text);
    }

    private static bool IsElement(IOperation operation) => Expression.Unconverted(operation) switch
    {
        IArrayElementReferenceOperation => true,
        IPropertyReferenceOperation { Property.IsIndexer: true } => true,
        IImplicitIndexerReferenceOperation => true,
        IInvocationOperation { TargetMethod: { Name: "Add", ContainingType.Name: "Unsafe" } } => true,
        _ => false,
    };

    private Numbers NumbersOf(IOperation expression)
    {
        HashSet<int> operands = [];
        HashSet<ISymbol> indices = new(SymbolEqualityComparer.Default);
        Collect(expression, operands, indices, new HashSet<ISymbol>(SymbolEqualityComparer.Default));
        return new Numbers(operands.Count == 1 ? operands.First() : null, [.. indices]);
    }

    private void Collect(IOperation expression, HashSet<int> operands, HashSet<ISymbol> indices, HashSet<ISymbol> seen)
    {
        foreach (IOperation part in expression.DescendantsAndSelf())
        {
            switch (part)
            {
                case IInstanceReferenceOperation when !method.IsStatic && part.Parent is IMemberReferenceOperation { Type: var held } && !IsInteger(held):
                    operands.Add(LoopProduct.This);
                    break;
                case IParameterReferenceOperation { Parameter: var parameter } when SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method):
                    if (!TensorTypes.IsScalar(parameter.Type) && !(part.Parent is IMemberReferenceOperation { Type: var asked } && IsInteger(asked)))
                        operands.Add(parameter.Ordinal);
                    break;
                case IParameterReferenceOperation { Parameter: var index } when IsInteger(index.Type):
                    indices.Add(index);
                    break;
                case ILocalReferenceOperation { Local: var local } when IsCounter(local):
                    indices.Add(local);
                    break;
                case ILocalReferenceOperation { Local: var local } when seen.Add(local):
                    foreach (IOperation initial in _operations)
                    {
                        if (initial is IVariableDeclaratorOperation { Initializer.Value: { } value } declarator
                            && SymbolEqualityComparer.Default.Equals(declarator.Symbol, local))
                            Collect(value, operands, indices, seen);
                    }

                    break;
            }
        }
    }

    private static bool IsInteger(ITypeSymbol? type) =>
        type?.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_UInt64 or SpecialType.System_IntPtr;

    /// <summary>Whether a local counts the steps of a loop.</summary>
    private bool IsCounter(ILocalSymbol local) => IsInteger(local.Type)
        && (local.DeclaringSyntaxReferences is [{ } reference] && reference.GetSyntax() is VariableDeclaratorSyntax { Parent.Parent: ForStatementSyntax }
                or ForEachStatementSyntax
            || _operations.Any(operation => operation is IIncrementOrDecrementOperation step
                && SymbolEqualityComparer.Default.Equals(Expression.VariableOf(step.Target), local)));
}
