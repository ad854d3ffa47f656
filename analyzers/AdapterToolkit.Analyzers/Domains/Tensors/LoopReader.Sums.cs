using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>What becomes of products of numbers: where they are added up, and where sums are written.</content>
internal sealed partial class LoopReader
{
    private static readonly ImmutableHashSet<LoopIndex> s_none = [];

    /// <summary>
    /// The assignment or call that adds up products, and the numbers that the sums are written to; null where they are not added up, or kept nowhere.
    /// </summary>
    /// <param name="product">A product of numbers, or a sum of them.</param>
    /// <param name="isSum">Whether it is a sum already.</param>
    private (IOperation Sum, Numbers Written, bool Accumulates)? SumOf(IOperation product, bool isSum)
    {
        IOperation top = Outermost(product);
        if (isSum)
            return WrittenAs(top) is var (numbers, adds) ? (product, numbers, adds) : null;
        if (TotalOf(top) is { } total)
            return WrittenAs(Outermost(total)) is var (numbers, adds) ? (total, numbers, adds) : null;
        if (top.Parent is not IAssignmentOperation assignment || !Adds(assignment, top))
            return null;
        if (IsElement(assignment.Target))
            return (assignment, NumbersOf(assignment.Target), true);
        return VariableOf(assignment.Target) is { } variable && WrittenFrom(variable) is var (written, isAdded)
            ? (assignment, written, isAdded)
            : null;
    }

    /// <summary>The expression around a number that scales it, or adds it to others.</summary>
    private static IOperation Outermost(IOperation number)
    {
        while (true)
        {
            IOperation? around = number.Parent is IArgumentOperation { Parent: IInvocationOperation call } && IsFused(call) ? call : number.Parent;
            if (around is not (IConversionOperation or IParenthesizedOperation or IUnaryOperation or IInvocationOperation or IBinaryOperation
                {
                    OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide
                }) || (around is IInvocationOperation called && !IsFused(called)))
                return number;
            number = around;
        }
    }

    /// <summary>Whether an assignment adds a value to what its target holds.</summary>
    private static bool Adds(IAssignmentOperation assignment, IOperation value) => assignment.Value == value && assignment switch
    {
        ICompoundAssignmentOperation compound => compound.OperatorKind is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract,
        ISimpleAssignmentOperation => RefersTo(value, assignment.Target),
        _ => false,
    };

    private static bool RefersTo(IOperation value, IOperation target)
    {
        string text = target.Syntax.ToString();
        return value.DescendantsAndSelf().Any(part => part.Syntax.ToString() == text);
    }

    /// <summary>The variable to which an expression is added again and again; null where it is not.</summary>
    private static ISymbol? AccumulatorOf(IOperation top) =>
        top.Parent is IAssignmentOperation assignment && Adds(assignment, top) ? VariableOf(assignment.Target) : null;

    /// <summary>The call by which LINQ adds up what a function returns; null where it does something else with it.</summary>
    private static IInvocationOperation? TotalOf(IOperation top)
    {
        if (FunctionReturning(top) is not { } function || CallWith(function) is not { } call)
            return null;
        switch (call.TargetMethod.Name)
        {
            case "Sum":
                return call;
            case "Aggregate" when function.Symbol.Parameters is [var before, _]:
                return top is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } or IInvocationOperation
                    && top.DescendantsAndSelf().Any(part => SymbolEqualityComparer.Default.Equals(VariableOf(part), before)) ? call : null;
            case "Select" or "Zip":
                IOperation? around = call.Parent;
                while (around is IConversionOperation or IArgumentOperation)
                    around = around.Parent;
                return around is IInvocationOperation { TargetMethod: { Name: "Sum" } sum } total && TensorTypes.IsInNamespace(sum, "System") ? total : null;
            default:
                return null;
        }
    }

    /// <summary>The function that returns an expression; null where none does.</summary>
    private static IAnonymousFunctionOperation? FunctionReturning(IOperation top) =>
        top.Parent is IReturnOperation { Kind: OperationKind.Return } returned ? FunctionAround(returned) : null;

    private static IAnonymousFunctionOperation? FunctionAround(IOperation operation)
    {
        IOperation? around = operation.Parent;
        while (around is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation))
            around = around.Parent;
        return around as IAnonymousFunctionOperation;
    }

    /// <summary>Whether the body itself returns an expression.</summary>
    private static bool IsReturned(IOperation top) =>
        top.Parent is IReturnOperation { Kind: OperationKind.Return } returned && FunctionAround(returned) is null;

    /// <summary>Whether the body itself returns a variable.</summary>
    private bool IsReturned(ISymbol variable) => _operations.Any(operation =>
        operation is IReturnOperation { Kind: OperationKind.Return, ReturnedValue: { } value } && FunctionAround(operation) is null
            && Mentions(value, variable));

    private static bool Mentions(IOperation value, ISymbol variable) =>
        value.DescendantsAndSelf().Any(part => SymbolEqualityComparer.Default.Equals(Expression.VariableOf(part), variable));

    /// <summary>The numbers that an expression is written to, and whether it is added to them; null where it is kept nowhere.</summary>
    private (Numbers Numbers, bool IsAdded)? WrittenAs(IOperation top)
    {
        switch (top.Parent)
        {
            case IAssignmentOperation assignment when assignment.Value == top:
                return IsElement(assignment.Target) ? (NumbersOf(assignment.Target), Adds(assignment, top))
                    : VariableOf(assignment.Target) is { } variable ? WrittenFrom(variable)
                    : null;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } }:
                return WrittenFrom(local);
            case { } around when IsResult(around):
                return (ResultOf(around, top), false);
            default:
                return null;
        }
    }

    /// <summary>The numbers that the value of a variable is written to.</summary>
    private (Numbers Numbers, bool IsAdded)? WrittenFrom(ISymbol variable)
    {
        foreach (IOperation operation in _operations)
        {
            if (operation is IAssignmentOperation assignment && IsElement(assignment.Target) && Mentions(assignment.Value, variable))
                return (NumbersOf(assignment.Target), Adds(assignment, assignment.Value));
            if (IsResult(operation) && operation.ChildOperations.Any(child => Mentions(child, variable)))
                return (ResultOf(operation, operation), false);
        }

        return null;
    }

    /// <summary>
    /// Whether an operation hands on one number after another: to a list, to those that go through a sequence, or as what a function makes of an element.
    /// </summary>
    private static bool IsResult(IOperation operation) => operation switch
    {
        IReturnOperation { Kind: OperationKind.YieldReturn } => true,
        IReturnOperation returned => FunctionAround(returned) is { } function && CallWith(function) is not null,
        IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Add", ContainingType.Name: not "Unsafe" } method } } =>
            TensorTypes.IsInNamespace(method, "System"),
        _ => false,
    };

    /// <summary>The numbers that a function makes, one for each element: the elements that it and those around it are run for say which one.</summary>
    private Numbers ResultOf(IOperation result, IOperation expression)
    {
        Gathered gathered = new();
        ImmutableHashSet<LoopIndex> last = s_none;
        for (IOperation? around = result; around is not null && around != _body; around = around.Parent)
        {
            if (around is IAnonymousFunctionOperation { Symbol: var function })
            {
                gathered.Indices.Add(new LoopIndex(function));
                last = last.IsEmpty ? [new LoopIndex(function)] : last;
            }
            else if (around is ISimpleAssignmentOperation { Target: var row }
                && row is IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true })
            {
                Gather(row, gathered);
            }
        }

        return new Numbers(expression, [], [.. gathered.Indices], last);
    }
}
