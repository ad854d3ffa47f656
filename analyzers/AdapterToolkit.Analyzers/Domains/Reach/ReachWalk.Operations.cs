using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <content>Expressions: those whose values are demanded, and those that run for nothing.</content>
internal sealed partial class ReachWalk
{
    private void Evaluate(IOperation operation, Body body, bool isDemanded)
    {
        if (isDemanded)
            Demand(operation, body);
        else
            Drop(operation, body);
    }

    /// <summary>Runs a statement.</summary>
    private void Execute(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IExpressionStatementOperation statement:
                Execute(statement.Operation, body);
                break;
            case IFlowCaptureOperation capture:
                Evaluate(capture.Value, body, body.IsUsed(capture.Id));
                break;
            case ISimpleAssignmentOperation { IsRef: false } assignment when VariableOf(assignment.Target, body) is { } variable:
                bool isUsed = body.IsUsed(variable);
                if (assignment.Target is not IFlowCaptureReferenceOperation && !body.OutlivesAssignments(variable))
                    body.Live.Remove(variable);
                Evaluate(assignment.Value, body, isUsed);
                break;
            case IReturnOperation { ReturnedValue: { } value }:
                Demand(value, body);
                break;
            default:
                Drop(operation, body);
                break;
        }
    }

    /// <summary>Runs an expression whose value is used.</summary>
    private void Demand(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IInvalidOperation:
                Break();
                break;
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicObjectCreationOperation
                or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                MayReachAll = true;
                break;
            case IAssignmentOperation or IIncrementOrDecrementOperation:
                Assign(operation, body, isDemanded: true);
                break;
            case ILocalReferenceOperation or IParameterReferenceOperation:
                ISymbol used = Expression.VariableOf(operation)!;
                body.Live.Add(used);
                if (body.Graph is null || IsOfConstructor(used))
                    ReachAssignedValues(used);
                break;
            case IFlowCaptureReferenceOperation reference:
                body.Live.Add(reference.Id);
                break;
            case IMemberReferenceOperation member:
                Read(member, body, isDemanded: true);
                break;
            case IInvocationOperation call:
                Call(call, body, isDemanded: true);
                break;
            case IFlowAnonymousFunctionOperation function:
                if (body.Graph is { } graph)
                    body.Live.UnionWith(Solve(new Body(graph.GetAnonymousFunctionControlFlowGraphInScope(function), isResultDemanded: true)));
                break;
            case INameOfOperation or ITypeOfOperation or ISizeOfOperation:
                break;
            case IIsNullOperation or IIsPatternOperation or IBinaryOperation when OnlyTestedForNull(operation) is { } tested:
                Drop(tested, body);
                break;
            default:
                foreach (IOperation child in operation.ChildOperations)
                    Demand(child, body);
                break;
        }
    }

    /// <summary>Runs an expression whose value goes nowhere: only what it does besides counts.</summary>
    private void Drop(IOperation operation, Body body)
    {
        switch (operation)
        {
            case IAssignmentOperation or IIncrementOrDecrementOperation:
                Assign(operation, body, isDemanded: false);
                break;
            case IMemberReferenceOperation member:
                Read(member, body, isDemanded: false);
                break;
            case IInvocationOperation call:
                Call(call, body, isDemanded: false);
                break;
            case ILocalReferenceOperation or IParameterReferenceOperation or IFlowCaptureReferenceOperation
                or IInstanceReferenceOperation or IFlowAnonymousFunctionOperation or INameOfOperation:
                break;
            case IConversionOperation or IUnaryOperation or IBinaryOperation or IParenthesizedOperation
                or ITupleOperation or IArrayCreationOperation or IArrayInitializerOperation
                or ICollectionExpressionOperation or ISpreadOperation or IIsTypeOperation or IIsPatternOperation
                or IIsNullOperation or IArrayElementReferenceOperation or IDelegateCreationOperation
                or IDeclarationExpressionOperation:
                foreach (IOperation child in operation.ChildOperations)
                    Drop(child, body);
                break;
            default:
                Demand(operation, body);
                break;
        }
    }

    /// <summary>Runs an assignment: what is assigned is used where the variable is, or where it is no variable.</summary>
    private void Assign(IOperation operation, Body body, bool isDemanded)
    {
        switch (operation)
        {
            case IDeconstructionAssignmentOperation deconstruction:
                Deconstruct(deconstruction.Target, deconstruction.Value, body, isDemanded);
                break;
            case IIncrementOrDecrementOperation step:
                Evaluate(step.Target, body, isDemanded);
                break;
            case IAssignmentOperation assignment:
                bool isUsed = isDemanded || !IsDead(assignment.Target, body);
                if (isDemanded && assignment is not ISimpleAssignmentOperation)
                    Demand(assignment.Target, body);
                else
                    Aim(assignment.Target, body);
                Evaluate(assignment.Value, body, isUsed);
                break;
        }
    }

    private void Deconstruct(IOperation target, IOperation value, Body body, bool isDemanded)
    {
        target = Expression.Declared(target);
        value = Expression.Unconverted(value);
        if (target is ITupleOperation targets && value is ITupleOperation values && targets.Elements.Length == values.Elements.Length)
        {
            for (int i = 0; i < targets.Elements.Length; i++)
                Deconstruct(targets.Elements[i], values.Elements[i], body, isDemanded);
            return;
        }

        IOperation[] aims = target is ITupleOperation tuple ? [.. tuple.Elements] : [target];
        bool isUsed = isDemanded || aims.Any(aim => !IsDead(aim, body));
        foreach (IOperation aim in aims)
            Aim(aim, body);
        Evaluate(value, body, isUsed);
    }

    /// <summary>Whether what is assigned to a place is never used.</summary>
    private static bool IsDead(IOperation target, Body body)
    {
        target = Expression.Declared(target);
        return target is IDiscardOperation || (VariableOf(target, body) is { } variable && !body.IsUsed(variable));
    }

    /// <summary>Runs the place that an assignment goes to: its object is not read by it.</summary>
    private void Aim(IOperation target, Body body)
    {
        switch (target)
        {
            case IMemberReferenceOperation { Instance: { } instance }:
                Drop(instance, body);
                break;
            case IArrayElementReferenceOperation element:
                Drop(element.ArrayReference, body);
                break;
        }

        foreach (IOperation argument in target switch
        {
            IPropertyReferenceOperation property => property.Arguments.Select(argument => argument.Value),
            IArrayElementReferenceOperation element => element.Indices,
            _ => [],
        })
        {
            Demand(argument, body);
        }
    }

    private void Read(IMemberReferenceOperation reference, Body body, bool isDemanded)
    {
        ISymbol member = reference.Member;
        if (reference is IPropertyReferenceOperation property)
        {
            foreach (IArgumentOperation argument in property.Arguments)
                Evaluate(argument.Value, body, isDemanded);
        }

        if (reference.Instance is { } instance and not IInstanceReferenceOperation)
            Evaluate(instance, body, isDemanded && !TellsOnlyForm(member));
        if (!IsOwn(member))
        {
            if (isDemanded && member.ContainingType is { } other && KnownTypes.IsMarkedModel(other))
                _foreign.Add(member.OriginalDefinition);
            return;
        }

        if (isDemanded && s_membersThatListAll.Contains(member.Name) && _types.IsOfToolkit(member.ContainingType))
            MayReachAll = true;
        else if (reference is IMethodReferenceOperation { Method: var method })
            RunVariants(method, isDemanded, isVirtual: true, body);
        else if (isDemanded)
            Reach(member);
        else if (member is IPropertySymbol { GetMethod: { } getter })
            Run(getter, isDemanded: false);
    }

    /// <summary>Whether a property tells a size or a state of its object, which does not run it.</summary>
    private bool TellsOnlyForm(ISymbol member) =>
        member is IPropertySymbol { Parameters.Length: 0, Type.SpecialType: not (SpecialType.None or SpecialType.System_Object) }
            && (member.DeclaringSyntaxReferences.Length == 0 || _types.IsOfToolkit(member.ContainingType));

    /// <summary>What an expression only compares with null; null where it does more.</summary>
    private static IOperation? OnlyTestedForNull(IOperation operation) => operation switch
    {
        IIsNullOperation test => test.Operand,
        IIsPatternOperation { Pattern: var pattern } test => pattern switch
        {
            IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: null } } => test.Value,
            INegatedPatternOperation { Pattern: IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: null } } } => test.Value,
            _ => null,
        },
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } test => test switch
        {
            { RightOperand.ConstantValue: { HasValue: true, Value: null } } => test.LeftOperand,
            { LeftOperand.ConstantValue: { HasValue: true, Value: null } } => test.RightOperand,
            _ => null,
        },
        _ => null,
    };

    private static ISymbol? VariableOf(IOperation operation, Body body) =>
        operation is IFlowCaptureReferenceOperation reference
            ? body.Captured.TryGetValue(reference.Id, out ISymbol? variable) ? variable : null
            : Expression.VariableOf(operation);
}
