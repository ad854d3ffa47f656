using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Follows which layers and models are merged through a body, and finds the second merge, and the use of an adapter after one.
/// </summary>
/// <param name="types">The types that merge.</param>
/// <param name="graph">The body.</param>
/// <param name="self">The path of the object whose method the body is.</param>
/// <param name="depth">How many bodies lie around it.</param>
/// <param name="cancellation">Ends the analysis early.</param>
internal sealed partial class MergeFlow(MergeTypes types, ControlFlowGraph graph, string self, int depth, CancellationToken cancellation)
    : ForwardDataFlow<MergeState>
{
    /// <summary>The path of the object whose method is looked at first.</summary>
    public const string This = "this";

    private const int MostDepth = 4;

    private readonly ImmutableDictionary<SyntaxNode, MergeFinding>.Builder _findings = ImmutableDictionary.CreateBuilder<SyntaxNode, MergeFinding>();
    private readonly Dictionary<CaptureId, IOperation> _captured = [];
    private readonly List<MergeState> _thrown = [];
    private MergeState _state = MergeState.Empty;
    private string? _returned;
    private bool _returns;
    private bool _isCondition;

    /// <summary>Runs the body.</summary>
    /// <param name="initial">What was merged before it.</param>
    public MergeResult Run(MergeState initial)
    {
        MergeState exit = Analyze(graph, initial) ?? MergeState.Empty;
        foreach (IMethodSymbol local in graph.LocalFunctions)
            ReportAll(Nested(graph.GetLocalFunctionControlFlowGraph(local, cancellation)).Run(MergeState.Empty));
        return new MergeResult(_findings.ToImmutable(), exit, _returned);
    }

    /// <inheritdoc/>
    protected override void Restart() => _returns = false;

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
            string? path = PathOf(branch);
            _returned = !_returns || path == _returned ? path : null;
            _returns = true;
        }

        return _state;
    }

    /// <summary>A merge that throws has merged nothing.</summary>
    protected override IEnumerable<MergeState> Thrown(MergeState before, MergeState after) => _thrown.Count == 0 ? [before] : _thrown;

    /// <inheritdoc/>
    protected override MergeState Refine(BasicBlock block, MergeState state, bool holds)
    {
        // The state that paths are read in is the one behind the block.
        _state = state;
        return Condition.Write(block.BranchValue, Resolve, PathOf, ref holds) is { } text ? state.Assume(text, holds) : state;
    }

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureOperation capture:
                Visit(capture.Value);
                _captured[capture.Id] = capture.Value;
                if (PathOf(capture.Value) is { } captured)
                    _state = _state.Hold(capture.Id, captured, isNew: false);
                break;
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: var holder } } assignment
                when FunctionOf(assignment.Value) is { } held && depth < MostDepth:
                _functions[holder] = held;
                ReportAll(Nested(GraphOf(held)).Run(MergeState.Empty));
                break;
            case ISimpleAssignmentOperation assignment:
                Visit(assignment.Value);
                Assign(assignment.Target, assignment.Value, assignment.Syntax);
                break;
            case IDeconstructionAssignmentOperation assignment:
                Visit(assignment.Value);
                Deconstruct(assignment.Target, assignment.Value, assignment.Syntax);
                break;
            case ICompoundAssignmentOperation assignment:
                VisitChildren(assignment);
                Change(assignment.Target, isNeverTheSame: assignment.Value.ConstantValue.HasValue
                    && assignment.OperatorKind is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract);
                break;
            case IIncrementOrDecrementOperation step:
                VisitChildren(step);
                Change(step.Target, isNeverTheSame: true);
                break;
            case IInvocationOperation call:
                VisitCall(call);
                break;
            case IPropertyReferenceOperation property:
                VisitChildren(property);
                Read(property);
                break;
            case IFlowAnonymousFunctionOperation function when depth < MostDepth:
                ReportAll(Nested(GraphOf(function)).Run(_state));
                break;
            default:
                VisitChildren(operation);
                break;
        }
    }

    private void VisitChildren(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
            Visit(child);
    }

    private void Assign(IOperation target, IOperation value, SyntaxNode place)
    {
        switch (target)
        {
            case IFlowCaptureReferenceOperation reference when _captured.TryGetValue(reference.Id, out IOperation? captured):
                Assign(captured, value, place);
                break;
            case ILocalReferenceOperation local:
                Assign(local.Local, value, place);
                break;
            case IParameterReferenceOperation parameter:
                Assign(parameter.Parameter, value, place);
                break;
            case IMemberReferenceOperation when PathOf(target) is { } replaced:
                _state = _state.Forget(replaced).Change(Condition.NameOf(replaced));
                Know(Condition.NameOf(replaced), value);
                break;
        }
    }

    private void Assign(ISymbol variable, IOperation value, SyntaxNode place)
    {
        string name = Condition.NameOf(variable);
        string? collection = ElementOf(value);
        _state = _state.Change(name, isNeverTheSame: IsElement(value));
        if (PathOf(value) is { } path)
            _state = _state.Hold(variable, path, isNew: false);
        else
            _state = _state.Hold(variable, collection is not null ? $"{collection}*{place.SpanStart}" : $"{variable.Name}@{place.SpanStart}", isNew: true);
        Know(name, value);
    }

    private void Deconstruct(IOperation target, IOperation value, SyntaxNode place)
    {
        target = Expression.Declared(target);
        value = Expression.Unconverted(value);
        if (target is not ITupleOperation targets)
        {
            Assign(target, value, target.Syntax);
            return;
        }

        for (int i = 0; i < targets.Elements.Length; i++)
            Deconstruct(targets.Elements[i], value is ITupleOperation values && values.Elements.Length > i ? values.Elements[i] : value, place);
    }

    private void Change(IOperation target, bool isNeverTheSame)
    {
        string? name = target switch
        {
            ILocalReferenceOperation local => Condition.NameOf(local.Local),
            IParameterReferenceOperation parameter => Condition.NameOf(parameter.Parameter),
            IMemberReferenceOperation when PathOf(target) is { } path => Condition.NameOf(path),
            _ => null,
        };
        if (name is not null)
            _state = _state.Change(name, isNeverTheSame);
    }

    private void Know(string name, IOperation value)
    {
        if (value.ConstantValue is { HasValue: true, Value: bool known })
            _state = _state.Know(name, known);
    }

    private void Read(IPropertyReferenceOperation property)
    {
        bool isOfModel = property.Property.Name is "Layers" or "Bytes" && types.IsOfAdapter(property.Property)
            || property.Property.Name is "TrainableParameters" or "TrainableParameterCount" && types.IsOfModel(property.Property);
        if (isOfModel && _isCondition)
        {
            IOperation? model = property.Instance is IPropertyReferenceOperation { Property.Name: "Adapter", Instance: { } holder }
                ? holder
                : property.Instance;
            if (PathOf(model) is { } asked)
                _state = _state.Ask(asked);
        }

        if (!types.IsOfLinear(property.Property) || PathOf(property.Instance) is not { } path)
            return;
        bool isUsed = property is { Property.Name: "Factors", Parent: IMemberReferenceOperation };
        if (isUsed && _state.MergeOf(path) is { } merge)
            Report(property.Syntax, property.Instance!.Syntax.ToString(), merge.Kind == MergeKind.ForGood
                ? "has no factors any more: its adapter was merged"
                : "is merged; its adapter's factors beside the merged weight count twice");
        else if (!isUsed && property.Property.Name is "IsMerged" or "Factors")
            _state = _state.Ask(path);
    }

    private IOperation Resolve(IOperation operation) =>
        operation is IFlowCaptureReferenceOperation reference && _captured.TryGetValue(reference.Id, out IOperation? captured) ? captured : operation;

    private MergeFlow Nested(ControlFlowGraph body) => new(types, body, self, depth + 1, cancellation);

    private ControlFlowGraph GraphOf(IFlowAnonymousFunctionOperation function) => graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation);

    private void ReportAll(MergeResult result)
    {
        foreach (KeyValuePair<SyntaxNode, MergeFinding> finding in result.Findings)
            Report(finding.Key, finding.Value.Name, finding.Value.What);
    }

    private void Report(SyntaxNode place, string name, string what)
    {
        if (IsAtFixedPoint && !_findings.ContainsKey(place))
            _findings.Add(place, new MergeFinding(name, what));
    }
}
