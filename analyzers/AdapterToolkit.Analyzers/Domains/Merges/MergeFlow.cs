using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Follows which layers and models are merged through a body, and finds the second merge, and the use of an adapter after one.
/// </summary>
/// <param name="types">The types that merge.</param>
/// <param name="graph">The body.</param>
/// <param name="self">The object whose method the body is.</param>
/// <param name="symbol">The method, field or property whose body it is.</param>
/// <param name="stack">The bodies around it.</param>
/// <param name="cancellation">Ends the analysis early.</param>
internal sealed partial class MergeFlow(
    MergeTypes types, ControlFlowGraph graph, ObjectPath self, ISymbol symbol, CallStack stack, CancellationToken cancellation)
    : ForwardDataFlow<MergeState>
{
    private readonly ImmutableDictionary<SyntaxNode, MergeFinding>.Builder _findings = ImmutableDictionary.CreateBuilder<SyntaxNode, MergeFinding>();
    private readonly Dictionary<CaptureId, IOperation> _captured = [];
    private readonly List<MergeState> _thrown = [];
    private MergeState _state = MergeState.Empty;
    private ObjectPath? _returned;
    private FunctionValue? _returnedFunction;
    private bool _returns;
    private MergeState? _whenTrue;
    private MergeState? _whenFalse;
    private bool _isCondition;

    /// <summary>Runs the body of a method, or the initializer of a member, of which nothing is known but how its object was made.</summary>
    /// <param name="types">The types that merge.</param>
    /// <param name="graph">The body.</param>
    /// <param name="symbol">The method, field or property.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public static MergeResult Run(MergeTypes types, ControlFlowGraph graph, ISymbol symbol, CancellationToken cancellation)
    {
        CallStack stack = new();
        MergeState initial = symbol is { IsStatic: false, ContainingType: { } type } and not IMethodSymbol { MethodKind: MethodKind.Constructor }
            ? types.ConstructedStateOf(type, cancellation)
            : MergeState.Empty;
        return new MergeFlow(types, graph, ObjectPath.This, symbol, stack.Enter(symbol) ?? stack, cancellation).Run(initial);
    }

    /// <summary>Runs the body.</summary>
    /// <param name="initial">What was merged before it.</param>
    public MergeResult Run(MergeState initial)
    {
        MergeState exit = Analyze(graph, initial) ?? MergeState.Empty;
        foreach (IMethodSymbol local in graph.LocalFunctions)
            ReportAlone(local, graph.GetLocalFunctionControlFlowGraph(local, cancellation), MergeState.Empty);
        return new MergeResult(_findings.ToImmutable(), exit, _returned, _returnedFunction, _whenTrue, _whenFalse);
    }

    /// <inheritdoc/>
    protected override void Restart()
    {
        _returns = false;
        (_whenTrue, _whenFalse) = (null, null);
    }

    /// <inheritdoc/>
    protected override MergeState Join(MergeState left, MergeState right) => MergeState.Join(left, right);

    /// <inheritdoc/>
    protected override MergeState Visit(BasicBlock block, MergeState state)
    {
        cancellation.ThrowIfCancellationRequested();
        _state = state;
        _thrown.Clear();
        foreach (IOperation operation in block.Operations)
        {
            _thrown.Add(_state);
            Visit(operation);
        }

        if (block.BranchValue is not { } branch)
            return _state;
        _thrown.Add(_state);
        _isCondition = block.ConditionKind != ControlFlowConditionKind.None;
        Visit(branch);
        _isCondition = false;
        if (block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Return)
        {
            Return(PathOf(branch), FunctionOf(branch));
            Leave(branch);
        }

        return _state;
    }

    /// <summary>A merge that throws has merged nothing.</summary>
    protected override IEnumerable<MergeState> Thrown(MergeState before, MergeState after) => _thrown.Count == 0 ? [before] : _thrown;

    /// <inheritdoc/>
    protected override MergeState? Refine(BasicBlock block, MergeState state, bool holds)
    {
        if (Answered(block.BranchValue, state, holds) is not { } answered)
            return null;
        // The state that paths are read in is the one behind the block.
        _state = state = answered;
        if (holds && block.BranchValue is IIsNullOperation { Operand: var operand } && PathOf(operand) is { Kind: PathStepKind.Made, Type: not null })
            return null;
        if (block.BranchValue is IIsNullOperation { Operand: var called } && IsDelegate(called) && FunctionOf(called) is { } function
            && function.Choices.All(list => list.IsEmpty != holds))
            return null;
        if (!holds && block.BranchValue is { } branch && SequenceAdvancedBy(branch) is { } sequence)
            return EndLoop(state, sequence, branch.Syntax);
        if (!holds && block.BranchValue is { Syntax: var last } && LoopOf(last) is { } loop && ChangesElements(loop))
            _state = state = state.ForgetSome();
        if (block.BranchValue is { IsImplicit: false, Syntax: var chosen } and not IIsNullOperation && SequenceAdvancedBy(block.BranchValue) is null
            && LoopOf(chosen) is null)
            state = state.Go(new Branch(chosen.SyntaxTree, chosen.Span, holds));
        return new ConditionReader(Resolve, PlaceOf).Read(block.BranchValue, ref holds) is { } condition ? state.Assume(condition, holds) : state;
    }

    /// <summary>The loop that a condition ends; null for any other condition.</summary>
    private static StatementSyntax? LoopOf(SyntaxNode condition)
    {
        SyntaxNode outermost = condition;
        while (outermost.Parent is ExpressionSyntax around)
            outermost = around;
        return outermost.Parent is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax ? (StatementSyntax)outermost.Parent : null;
    }

    /// <summary>Whether a loop takes merges of elements back, or puts others in their place.</summary>
    private bool ChangesElements(StatementSyntax loop) => types.TakesBack(loop, cancellation)
        || loop.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(assignment => assignment.Left is ElementAccessExpressionSyntax);

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureOperation capture:
                Visit(capture.Value);
                _captured[capture.Id] = capture.Value;
                if (types.Leading.Matter(capture.Value.Type))
                    Hold(ObjectPath.Of(graph, capture.Id), capture.Value);
                break;
            case ISimpleAssignmentOperation assignment:
                VisitTarget(assignment.Target);
                Visit(assignment.Value);
                Assign(assignment.Target, assignment.Value, assignment.Syntax);
                break;
            case IDeconstructionAssignmentOperation assignment:
                Visit(assignment.Value);
                Deconstruct(assignment.Target, assignment.Value, assignment.Syntax);
                break;
            case IEventAssignmentOperation assignment:
                VisitEvent(assignment);
                break;
            case ICompoundAssignmentOperation assignment:
                VisitChildren(assignment);
                Compound(assignment);
                break;
            case IIncrementOrDecrementOperation step:
                VisitChildren(step);
                if (CallSite.Of(step) is { } increment)
                    Call(step, increment);
                Change(step.Target, isNeverTheSame: true);
                break;
            case IInvocationOperation call:
                VisitCall(call);
                break;
            case IObjectCreationOperation creation:
                VisitCreation(creation);
                break;
            case IPropertyReferenceOperation property:
                VisitChildren(property);
                Read(property);
                break;
            case IIsPatternOperation pattern:
                VisitChildren(pattern);
                Declare(pattern);
                break;
            case IBinaryOperation or IUnaryOperation or IConversionOperation when CallSite.Of(operation) is { } site:
                VisitChildren(operation);
                CallOperator(operation, site);
                break;
            case IArrayCreationOperation or ICollectionExpressionOperation or ITupleOperation when !types.Leading.Matter(operation.Type):
                VisitChildren(operation);
                break;
            case IArrayCreationOperation { Initializer: { } initializer } array:
                VisitChildren(array);
                Fill(array, initializer.ElementValues);
                break;
            case ICollectionExpressionOperation collection:
                VisitChildren(collection);
                Fill(collection, collection.Elements);
                break;
            case IFlowAnonymousFunctionOperation function:
                ReportAlone(function.Symbol, GraphOf(function), _state);
                break;
            case IDelegateCreationOperation when FunctionOf(operation) is { Choices: [[{ Body: { } body, Method: var function }]] }:
                ReportAlone(function, body, MergeState.Empty);
                break;
            case ITupleOperation tuple:
                VisitChildren(tuple);
                Make(tuple, tuple.Elements.Select((element, i) => ((ISymbol?)FieldOf(tuple.Type, i), element)));
                break;
            case IAnonymousObjectCreationOperation created:
                Make(created, created.Initializers.OfType<ISimpleAssignmentOperation>()
                    .Select(given => ((given.Target as IMemberReferenceOperation)?.Member, given.Value)));
                break;
            case IReturnOperation { Kind: OperationKind.YieldReturn, ReturnedValue: { } yielded } returned:
                Visit(yielded);
                Return(Yielded(yielded, returned.Syntax), null);
                break;
            default:
                VisitChildren(operation);
                break;
        }
    }

    /// <summary>The collection of which an iterator gives elements; null where it is not known.</summary>
    private ObjectPath? Yielded(IOperation element, SyntaxNode place) =>
        PathOf(element) is { Kind: PathStepKind.Iteration, Holder.Holder: { } collection } ? collection.Selected(place) : null;

    private void Return(ObjectPath? path, FunctionValue? function)
    {
        _returned = !_returns || Equals(path, _returned) ? path : null;
        _returnedFunction = !_returns || Equals(function, _returnedFunction) ? function : null;
        _returns = true;
    }

    private void VisitChildren(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
            Visit(child);
    }

    private void Know(ObjectPath place, IOperation value)
    {
        if (value.ConstantValue is { HasValue: true, Value: bool known })
            _state = _state.Know(place, known);
        else if (value.Type is { IsValueType: true }
            && (value is IInvocationOperation { TargetMethod: var method } && SystemCalls.Exchanges(method) ? ObjectPath.Made(value.Syntax) : PlaceOf(value))
                is { } copied)
            _state = _state.Copy(copied, place);
    }

    private void Read(IPropertyReferenceOperation property)
    {
        AdapterUse use = types.UseOf(property.Property);
        bool isOfModel = use is AdapterUse.AskModel or AdapterUse.AdaptedLayers;
        if (isOfModel && _isCondition)
        {
            IOperation? model = property.Instance is IPropertyReferenceOperation { Instance: { } holder } adapter
                && types.UseOf(adapter.Property) == AdapterUse.Adapter ? holder : property.Instance;
            if (PathOf(model) is { } asked)
                _state = _state.Ask(asked);
        }

        if (use is AdapterUse.Factors or AdapterUse.Ask && PathOf(property.Instance) is { } path)
        {
            if (use == AdapterUse.Ask || property.Parent is not IMemberReferenceOperation)
                _state = _state.Ask(path);
            else if (_state.MergeOf(path) is { } merge)
                Report(property.Syntax, property.Instance, path, merge, MergeMistake.FactorsUsed);
        }
        else if (use == AdapterUse.None && property.Property.GetMethod is { } getter && HasBody(getter))
        {
            Call(property, CallSite.Of(property)!);
        }
    }

    private IOperation Resolve(IOperation operation) =>
        operation is IFlowCaptureReferenceOperation reference && _captured.TryGetValue(reference.Id, out IOperation? captured) ? captured : operation;

    private ControlFlowGraph GraphOf(IFlowAnonymousFunctionOperation function) => graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation);

    /// <summary>Tells what is wrong in a function whatever happened before it is called.</summary>
    private void ReportAlone(IMethodSymbol function, ControlFlowGraph body, MergeState before)
    {
        if (IsAtFixedPoint)
            ReportAll(Nested(function, body, before));
    }

    private void ReportAll(MergeResult? result)
    {
        if (result is null || !IsAtFixedPoint)
            return;
        foreach (KeyValuePair<SyntaxNode, MergeFinding> finding in result.Findings)
            Note(finding.Key, finding.Value);
    }

    private void Report(SyntaxNode place, IOperation? subject, ObjectPath path, MergeFact cause, MergeMistake mistake) =>
        Note(place, new MergeFinding(mistake, MergeMessage.NameOf(subject), path, cause));

    /// <summary>Tells a mistake in a body at the call that runs it, where the object goes by the name of what the call is given.</summary>
    private void NoteAt(IOperation call, MergeFinding finding)
    {
        IOperation? given = call.ChildOperations.Select(part => part is IArgumentOperation argument ? argument.Value : part)
            .FirstOrDefault(part => finding.Subject is { } subject && subject.Equals(PathOf(part)));
        Note(call.Syntax, given is null ? finding : finding with { Name = MergeMessage.NameOf(given) });
    }

    private void Note(SyntaxNode place, MergeFinding finding)
    {
        if (IsAtFixedPoint && !_findings.ContainsKey(place))
            _findings.Add(place, finding);
    }
}
