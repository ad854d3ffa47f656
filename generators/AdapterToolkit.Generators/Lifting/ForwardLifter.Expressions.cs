using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Expressions that compute tensors.</content>
internal sealed partial class ForwardLifter
{
    /// <summary>Lifts an expression that computes a tensor.</summary>
    /// <param name="operation">The expression.</param>
    /// <param name="name">A name for its value, where it has none yet.</param>
    /// <returns>The value.</returns>
    private int LiftTensor(IOperation operation, string? name = null)
    {
        operation = Unconverted(operation);
        switch (operation)
        {
            case ILocalReferenceOperation or IParameterReferenceOperation when _types.IsTensor(operation.Type):
                return ValueOf(ControlFlow.VariableOf(operation)!, operation.Syntax);
            case ISimpleAssignmentOperation { IsRef: false } assignment when ControlFlow.VariableOf(assignment.Target) is { } variable:
                return Assign(variable, LiftTensor(assignment.Value, variable.Name), assignment.Syntax);
            case ISimpleAssignmentOperation { Target: IDiscardOperation } discarded:
                return LiftTensor(discarded.Value, "unused");
            case ICompoundAssignmentOperation { OperatorMethod: { } method } assignment when ControlFlow.VariableOf(assignment.Target) is { } variable:
                return Assign(
                    variable, LiftArithmetic(method, [assignment.Target, assignment.Value], assignment.Syntax, variable.Name), assignment.Syntax);
            case IBinaryOperation { OperatorMethod: { } method } binary:
                return LiftArithmetic(method, [binary.LeftOperand, binary.RightOperand], binary.Syntax, name);
            case IUnaryOperation { OperatorMethod: { } method } unary:
                return LiftArithmetic(method, [unary.Operand], unary.Syntax, name);
            case IInvocationOperation invocation:
                return LiftInvocation(invocation, name);
            case IConditionalOperation conditional:
                return LiftConditionalExpression(
                    () => _qualifier.Qualify(conditional.Condition.Syntax),
                    () => LiftBranchOf(conditional.WhenTrue),
                    () => LiftBranchOf(conditional.WhenFalse!),
                    name ?? "chosen");
            case ISwitchExpressionOperation selection:
                return LiftSwitchExpression(selection, name ?? "chosen");
            case var other when _helpers.AsynchronousIn(other) is { } helper:
                throw new LiftingException(other.Syntax, $"A call of '{helper}', which is async", "Forward runs in one go; await before calling it");
            default:
                throw new LiftingException(operation.Syntax, OperationDescription.Of(operation), OperationDescription.RemedyOf(operation));
        }
    }

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }
}
