using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Functions as values: delegates, events, and the functions that the system's methods run.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What a delegate calls; null where that is not known.</summary>
    private FunctionValue? FunctionOf(IOperation? operation)
    {
        if (operation is null || (_results.TryGetValue(operation, out (ObjectPath?, FunctionValue? Function) result) && result.Function is null))
            return null;
        if (result.Function is not null)
            return result.Function;
        switch (operation)
        {
            case IConversionOperation { OperatorMethod: null } conversion:
                return FunctionOf(conversion.Operand);
            case IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation function }:
                return FunctionValue.Of(new FunctionTarget(function.Symbol, self, GraphOf(function)));
            case IDelegateCreationOperation { Target: IMethodReferenceOperation { Method: var method } reference }:
                ControlFlowGraph? local = method.MethodKind == MethodKind.LocalFunction
                    ? Bodies.OfLocalFunction(method.OriginalDefinition, graph, cancellation)
                    : null;
                IOperation? receiver = reference.Instance ?? ExtendedBy(reference);
                return FunctionValue.Of(new FunctionTarget(method, local is not null ? self : PathOf(receiver), local, receiver));
            case IDelegateCreationOperation { Target: var target }:
                return FunctionOf(target);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } binary when IsDelegate(binary):
                return Combined(FunctionOf(binary.LeftOperand), binary.OperatorKind, FunctionOf(binary.RightOperand));
            case { ConstantValue: { HasValue: true, Value: null } }:
                return FunctionValue.None;
            case IInvocationOperation { TargetMethod: { Name: "Combine" or "Remove" } method, Arguments: [{ Value: var left }, { Value: var right }] }
                when SystemCalls.IsOfSystem(method) && method.ContainingType.SpecialType == SpecialType.System_Delegate:
                return Combined(
                    FunctionOf(left), method.Name == "Combine" ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract, FunctionOf(right));
            case IInvocationOperation { TargetMethod: { Name: "Read" or "Exchange" } method, Arguments: [{ Value: var read }, ..] }
                when SystemCalls.IsOfSystem(method) && IsDelegate(read):
                return FunctionOf(read);
            default:
                if (!IsDelegate(operation) || PlaceOf(operation) is not { } place)
                    return null;
                return _state.WasGivenFunction(place) ? _state.FunctionAt(place) : PathOf(operation) is { } held ? _state.FunctionAt(held) : null;
        }
    }

    /// <summary>The object before the dot where the method of a delegate extends it.</summary>
    private IOperation? ExtendedBy(IMethodReferenceOperation reference) =>
        reference.Method.IsExtensionMethod && reference.Syntax is MemberAccessExpressionSyntax { Expression: var extended }
            ? types.OperationOf(extended, cancellation)
            : null;

    /// <summary>The delegates of which another one is made.</summary>
    private void ListFunctions(IInvocationOperation call)
    {
        if (call.TargetMethod.Name != "GetInvocationList" || FunctionOf(call.Instance) is not { Choices: [var list] })
            return;
        ObjectPath made = ObjectPath.Made(call.Syntax);
        _state = _state.New(made).Fill(made, [.. Enumerable.Range(0, list.Length).Select(i => made.At(i)!)]);
        for (int i = 0; i < list.Length; i++)
            _state = _state.Hold(made.At(i)!, FunctionValue.Of(list[i]));
    }

    private static bool IsDelegate(IOperation operation) => Expression.Unconverted(operation).Type is { TypeKind: TypeKind.Delegate };

    private static FunctionValue? Combined(FunctionValue? left, BinaryOperatorKind kind, FunctionValue? right) =>
        left is null || right is null ? null
            : kind == BinaryOperatorKind.Add ? left.With(right)
            : kind == BinaryOperatorKind.Subtract ? left.Without(right)
            : null;

    /// <summary>What a delegate calls to which others are added. What was added where that is not seen runs besides.</summary>
    private FunctionValue? FunctionBefore(IOperation target) =>
        PlaceOf(target) is { IsVariable: false } place && !_state.WasGivenFunction(place) ? FunctionValue.None : FunctionOf(target);

    private void VisitEvent(IEventAssignmentOperation assignment)
    {
        VisitChildren(assignment);
        if (Expression.Unconverted(assignment.EventReference) is not IEventReferenceOperation reference)
            return;
        IMethodSymbol? accessor = assignment.Adds ? reference.Event.AddMethod : reference.Event.RemoveMethod;
        if (accessor is not null && HasBody(accessor))
        {
            Call(assignment, CallSite.On(accessor, reference.Instance, assignment.HandlerValue));
        }
        else if (PlaceOf(reference) is { } place)
        {
            BinaryOperatorKind kind = assignment.Adds ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
            _state = _state.Hold(place, Combined(FunctionBefore(reference), kind, FunctionOf(assignment.HandlerValue)));
        }
    }

    /// <summary>Calls a delegate.</summary>
    private void CallFunction(IInvocationOperation call, FunctionValue function, ImmutableArray<(int Ordinal, IOperation Value)> arguments)
    {
        List<MergeState> ends = [];
        MergeState before = _state;
        (ObjectPath?, FunctionValue?)? given = null;
        foreach (IEnumerable<FunctionTarget> list in function.Choices)
        {
            _state = before;
            foreach (FunctionTarget target in list)
            {
                if (UsesAdapter(call.Syntax, target))
                    continue;
                if (target is { Body: null, Method: { IsStatic: false } method, Receiver: { } receiver and not IFlowCaptureReferenceOperation }
                    && (method.IsAbstract || method.IsVirtual || method.IsOverride))
                {
                    Call(call, new CallSite(method, receiver, arguments, IsVirtual: true));
                    continue;
                }

                if (BodyOf(target) is not { } body)
                    continue;
                ObjectPath owner = target.Owner ?? ObjectPath.Made(call.Syntax);
                Finish(call, Enter(call, target.Method, body, owner, arguments, _state), target.Method, body);
                (ObjectPath?, FunctionValue?) result = _results[call];
                given = given is not { } known || known.Equals(result) ? result : (null, null);
            }

            ends.Add(_state);
        }

        _state = ends.Aggregate(MergeState.Join);
        if (given is { } single)
            _results[call] = single;
    }

    /// <summary>Does what a method of the toolkit does with an adapter, where it is called as a delegate.</summary>
    private bool UsesAdapter(SyntaxNode place, FunctionTarget target)
    {
        AdapterUse use = types.UseOf(target.Method);
        if (use != AdapterUse.None)
            Use(place, use, target.Receiver, target.Owner, MergeKind.Either);
        return use != AdapterUse.None;
    }

    /// <summary>Runs the functions that a method of another assembly is given.</summary>
    private void RunFunctions(IInvocationOperation call)
    {
        if (types.Failures.IsOf(call))
            return;
        foreach (IOperation given in call.Arguments.Where(argument => argument.Parameter?.RefKind == RefKind.None).SelectMany(ValuesOf).Where(IsDelegate))
        {
            if (FunctionOf(given) is not { Choices: [var list] })
                continue;
            foreach (FunctionTarget target in list)
            {
                if (types.UseOf(target.Method) != AdapterUse.None)
                {
                    if (SystemCalls.RunsAtOnce(call.TargetMethod))
                        UsesAdapter(call.Syntax, target);
                }
                else if (BodyOf(target) is { } body)
                {
                    RunFunction(call, target, body);
                }
            }
        }
    }

    /// <summary>What an argument gives: several values where the parameter takes any number of them.</summary>
    private static IEnumerable<IOperation> ValuesOf(IArgumentOperation argument) =>
        argument is { ArgumentKind: ArgumentKind.ParamArray, Value: IArrayCreationOperation { Initializer.ElementValues: var values } }
            ? values
            : [argument.Value];

    private void RunFunction(IInvocationOperation call, FunctionTarget target, ControlFlowGraph body)
    {
        if (!SystemCalls.RunsAtOnce(call.TargetMethod))
        {
            ReportFunction(call, target, Run(call, target.Method, body, target.Owner ?? self, _state), body);
            return;
        }

        IMethodSymbol method = Bodies.DefinitionOf(target.Method);
        ObjectPath? collection = PathOf(Receiver.Of(call) ?? call.Arguments.FirstOrDefault()?.Value);
        bool runsForEach = SystemCalls.RunsForEach(call.TargetMethod);
        IParameterSymbol? element = runsForEach && collection is not null ? SystemCalls.ElementOf(call.TargetMethod, method) : null;
        bool areKnown = element is not null && !_state.ContentsOf(collection!).IsDefault;
        int runs = areKnown ? _state.ContentsOf(collection!).Length : runsForEach ? 2 : 1;
        ImmutableArray<ObjectPath> elements = areKnown ? _state.ContentsOf(collection!) : default;
        for (int i = 0; i < runs; i++)
        {
            MergeState inside = _state;
            foreach (IParameterSymbol parameter in method.Parameters)
                inside = inside.Change(ObjectPath.Of(parameter), isNeverTheSame: true).New(ObjectPath.Of(parameter));
            if (element is not null && (areKnown ? elements[i] : collection!.Elements()?.Iteration(body.OriginalOperation.Syntax)) is { } held)
                inside = (areKnown ? inside : inside.New(held)).Hold(ObjectPath.Of(element), held);
            if (Run(call, target.Method, body, target.Owner ?? self, inside) is not { } result)
                return;
            ReportFunction(call, target, result, body);
            _state = result.Exit;
            if (element is not null && inside.Given(ObjectPath.Of(element)) is { } given && SystemCalls.ProjectsElements(call.TargetMethod))
                _projected[call.Syntax] = Projected(call, result, given, collection!);
        }

        if (element is not null && !areKnown && collection!.Elements() is { } sequence)
            _state = _state.LeaveLoop(sequence);
    }

    /// <summary>
    /// The collection that a query gives which makes something of each element: the same one where that is the element, or a tuple with it in it.
    /// </summary>
    private static ObjectPath? Projected(IInvocationOperation call, MergeResult result, ObjectPath element, ObjectPath collection) =>
        result.Returned is not { } returned ? null
            : call.TargetMethod.Name == "SelectMany" ? returned.IsOrIsWithin(element) ? returned : null
            : returned.Equals(element) || result.Exit.Holds(returned, element) ? collection
            : null;

    /// <summary>Tells a mistake in a function where it stands in this body, and at the call that runs it where it does not.</summary>
    private void ReportFunction(IInvocationOperation call, FunctionTarget target, MergeResult? result, ControlFlowGraph body)
    {
        SyntaxNode function = body.OriginalOperation.Syntax;
        if (target.Body is not null && function.SyntaxTree == call.Syntax.SyntaxTree && call.Syntax.Span.Contains(function.Span))
            ReportAll(result);
        else if (result is not null && FirstOf(result, target.Method, body, target.Owner ?? self) is { } finding)
            NoteAt(call, finding);
    }

    private ControlFlowGraph? BodyOf(FunctionTarget target) => target.Body ?? types.GraphOf(target.Method, cancellation);
}
