using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Reads the conditions of a program.</summary>
/// <param name="resolve">Gives the expression that was kept for later.</param>
/// <param name="placeOf">Gives the path of a field or property; null where it has none.</param>
internal sealed class ConditionReader(Func<IOperation, IOperation> resolve, Func<IOperation, ObjectPath?> placeOf)
{
    private static readonly ConstantTerm s_null = new((object?)null);

    /// <summary>Reads a condition.</summary>
    /// <param name="operation">The condition.</param>
    /// <param name="holds">Turned around where what is given is the contrary of the condition.</param>
    /// <returns>The condition; null for one that may mean something else each time.</returns>
    public Condition? Read(IOperation? operation, ref bool holds)
    {
        while (true)
        {
            operation = operation is null ? null : resolve(operation);
            switch (operation)
            {
                case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } negation:
                    operation = negation.Operand;
                    holds = !holds;
                    break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } equality:
                    holds ^= equality.OperatorKind == BinaryOperatorKind.NotEquals;
                    return Compare(TermOf(equality.LeftOperand), TermOf(equality.RightOperand));
                case IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation constant } } pattern:
                    holds = !holds;
                    return Compare(TermOf(pattern.Value), TermOf(constant.Value));
                case IIsPatternOperation { Pattern: IConstantPatternOperation constant } pattern:
                    return Compare(TermOf(pattern.Value), TermOf(constant.Value));
                case IIsNullOperation isNull:
                    return Compare(TermOf(isNull.Operand), s_null);
                case IInvocationOperation { TargetMethod: var method } call when SystemCalls.SucceedsOnce(method):
                    holds = !holds;
                    return new Condition(new PlaceTerm(ObjectPath.Made(call.Syntax)));
                default:
                    return operation is not null && TermOf(operation) is { } truth and not ConstantTerm ? new Condition(truth) : null;
            }
        }
    }

    private static Condition? Compare(Term? left, Term? right) =>
        left is null || right is null ? null : left.IsConstant ? new Condition(right, left) : new Condition(left, right);

    private Term? TermOf(IOperation operation)
    {
        operation = resolve(operation);
        if (operation.ConstantValue is { HasValue: true, Value: var constant })
            return new ConstantTerm(constant);
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return new PlaceTerm(ObjectPath.Of(local.Local));
            case IParameterReferenceOperation parameter:
                return new PlaceTerm(ObjectPath.Of(parameter.Parameter));
            case IFieldReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: false }:
                return placeOf(operation) is { } place ? new PlaceTerm(place) : null;
            case IInvocationOperation { TargetMethod: var method } call when SystemCalls.Exchanges(method):
                return new PlaceTerm(ObjectPath.Made(call.Syntax));
            case IInvocationOperation { TargetMethod: var method, Arguments: [{ Value: var counter }] } when SystemCalls.Counts(method):
                return TermOf(counter);
            case IConversionOperation conversion:
                return TermOf(conversion.Operand);
            case IBinaryOperation binary when TermOf(binary.LeftOperand) is { } left && TermOf(binary.RightOperand) is { } right:
                return new OperatorTerm(left, binary.OperatorKind, right);
            default:
                return null;
        }
    }
}
