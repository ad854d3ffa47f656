using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Merges;

/// <summary>
/// Follows which layers and models are merged through a body, and finds the second merge, and the use of an adapter after one.
/// </summary>
internal sealed class MergeFlow(MergeTypes types, ControlFlowGraph graph, int depth, CancellationToken cancellation) : ForwardFlow<MergeState>
{
    private const int MostDepth = 4;

    private readonly Dictionary<SyntaxNode, (string Name, string What)> _findings = [];
    private readonly Dictionary<CaptureId, IOperation> _captured = [];
    private MergeState _state = MergeState.Empty;
    private bool _isShowing;

    /// <summary>Runs the body.</summary>
    /// <param name="initial">What was merged before it.</param>
    /// <returns>The mistakes in it, and what is merged behind it.</returns>
    public (IReadOnlyDictionary<SyntaxNode, (string Name, string What)> Findings, MergeState Exit) Run(MergeState initial)
    {
        MergeState?[] entries = Settle(graph, initial);
        _isShowing = true;
        foreach (BasicBlock block in graph.Blocks)
        {
            if (entries[block.Ordinal] is { } state)
                Visit(block, state);
        }

        foreach (IMethodSymbol local in graph.LocalFunctions)
            RunNested(graph.GetLocalFunctionControlFlowGraph(local, cancellation), MergeState.Empty);
        return (_findings, entries[entries.Length - 1] ?? MergeState.Empty);
    }

    /// <inheritdoc/>
    protected override MergeState Join(MergeState left, MergeState right) => MergeState.Join(left, right);

    /// <inheritdoc/>
    protected override MergeState Visit(BasicBlock block, MergeState state)
    {
        cancellation.ThrowIfCancellationRequested();
        _state = state;
        foreach (IOperation operation in block.Operations)
            Visit(operation);
        if (block.BranchValue is { } branch)
            Visit(branch);
        return _state;
    }

    /// <inheritdoc/>
    protected override MergeState Refine(BasicBlock block, MergeState state, bool holds)
    {
        IOperation? condition = block.BranchValue;
        while (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } negation)
        {
            condition = negation.Operand;
            holds = !holds;
        }

        // Only a condition that means the same each time tells anything about an earlier branch.
        return condition is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IPropertyReferenceOperation
            ? state.Assume(condition.Syntax.ToString(), holds)
            : state;
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
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: var local } } assignment:
                Visit(assignment.Value);
                Assign(local, local.Name, assignment.Value, assignment.Syntax);
                break;
            case ISimpleAssignmentOperation { Target: IParameterReferenceOperation { Parameter: var parameter } } assignment:
                Visit(assignment.Value);
                Assign(parameter, parameter.Name, assignment.Value, assignment.Syntax);
                break;
            case ISimpleAssignmentOperation { Target: IMemberReferenceOperation member } assignment:
                Visit(assignment.Value);
                if (PathOf(member) is { } replaced)
                    _state = _state.Forget(replaced).Change(member.Member.Name);
                break;
            case IInvocationOperation call:
                VisitChildren(call);
                Call(call);
                break;
            case IObjectCreationOperation creation:
                VisitChildren(creation);
                break;
            case IPropertyReferenceOperation property:
                VisitChildren(property);
                Read(property);
                break;
            case IFlowAnonymousFunctionOperation function:
                RunLambda(function);
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

    private void Assign(ISymbol variable, string name, IOperation value, SyntaxNode place)
    {
        _state = _state.Change(name);
        if (value is IConversionOperation { Operand: var operand } && PathOf(operand) is null)
            value = operand;
        string? path = value is IObjectCreationOperation creation && types.IsTrainer(creation.Type) && creation.Arguments.Length > 0 ? PathOf(creation.Arguments[0].Value) : PathOf(value);
        if (path is not null)
            _state = _state.Hold(variable, path, isNew: false);
        else
            _state = _state.Hold(variable, ElementOf(value) is { } collection ? $"{collection}*{place.SpanStart}" : $"{name}@{place.SpanStart}", isNew: true);
    }

    /// <summary>The collection of which <c>foreach</c> takes an element; null for any other expression.</summary>
    private string? ElementOf(IOperation value)
    {
        while (value is IConversionOperation conversion)
            value = conversion.Operand;
        return value is IPropertyReferenceOperation { Property.Name: "Current", Instance: { } enumerator } ? PathOf(enumerator) : null;
    }

    /// <summary>The path that leads to an object; null where none is known.</summary>
    private string? PathOf(IOperation? operation)
    {
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return Known(_state.PathOf(local.Local) ?? local.Local.Name);
            case IParameterReferenceOperation parameter:
                return Known(_state.PathOf(parameter.Parameter) ?? parameter.Parameter.Name);
            case IInstanceReferenceOperation:
                return "this";
            case IFlowCaptureReferenceOperation reference:
                return Known(_state.PathOf(reference.Id));
            case IConversionOperation conversion:
                return PathOf(conversion.Operand);
            case IFieldReferenceOperation field:
                return field.Instance is null ? field.Field.Name : PathOf(field.Instance) is { } holder ? $"{holder}.{field.Field.Name}" : null;
            case IPropertyReferenceOperation { Property: { IsIndexer: false, Name: not "Current" } } property:
                return property.Instance is null ? property.Property.Name : PathOf(property.Instance) is { } owner ? $"{owner}.{property.Property.Name}" : null;
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments: [{ Value.ConstantValue: { HasValue: true, Value: var index } }] } element:
                return PathOf(element.Instance) is { } list ? $"{list}[{index}]" : null;
            case IArrayElementReferenceOperation { Indices: [{ ConstantValue: { HasValue: true, Value: var index } }] } element:
                return PathOf(element.ArrayReference) is { } array ? $"{array}[{index}]" : null;
            case IInvocationOperation { TargetMethod.Name: "GetEnumerator" } enumerator:
                return PathOf(enumerator.Instance ?? enumerator.Arguments.FirstOrDefault()?.Value) is { } sequence ? sequence + "{}" : null;
            default:
                return null;
        }
    }

    private static string? Known(string? path) => path == MergeState.Ambiguous ? null : path;

    private void Call(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        string? path = PathOf(call.Instance);
        string name = call.Instance?.Syntax.ToString() ?? "the model";
        if (path is not null && types.IsMerge(call))
        {
            if (_state.MergeOf(path) is not null)
                Report(call.Syntax, name, "may be merged already; its adapter would count twice, or there is none any more");
            _state = _state.Merge(path, KindOf(call));
        }
        else if (path is not null && method.Name == "Unmerge" && types.IsOfMerging(method))
        {
            if (_state.MergeOf(path) is { Kind: MergeKind.ForGood })
                Report(call.Syntax, name, "was merged for good; only Merge(reversible: true) can be taken back");
            _state = _state.Forget(path);
        }
        else if (path is not null && method.Name == "SetFactors" && types.IsOfLinear(method))
        {
            if (_state.MergeOf(path) is { Kind: MergeKind.Reversible })
                Report(call.Syntax, name, "gets other factors while an adapter is merged into its weight; call Unmerge first");
            _state = _state.Merge(path, MergeKind.Asked);
        }
        else if (call.Instance is IPropertyReferenceOperation { Property.Name: "Adapter", Instance: { } model } && types.IsOfAdapter(method) && PathOf(model) is { } adapted)
        {
            CallAdapter(call, adapted, model.Syntax.ToString());
        }
        else if (path is not null && (types.IsOfModel(method) && method.Name == "ForwardBackward" || types.IsTrainer(method.ContainingType) && method.Name is "Fit" or "Step"))
        {
            if (_state.MergeOf(path) is not null && !TrainsOtherParts(call.Instance!))
                Report(call.Syntax, name, "is trained after its adapter was merged, so that nothing is left to train");
        }
        else
        {
            CallOwn(call);
        }
    }

    private void CallAdapter(IInvocationOperation call, string path, string name)
    {
        MergeFact? merge = _state.MergeOf(path);
        switch (call.TargetMethod.Name)
        {
            case "Save" when merge is { Kind: MergeKind.ForGood }:
                Report(call.Syntax, name, "has no adapter to save any more: it was merged");
                break;
            case "Initialize" or "Load" or "Remove":
                if (merge is { Kind: MergeKind.Reversible })
                    Report(call.Syntax, name, "gets another adapter while one is merged into its weights; call Unmerge first");
                _state = _state.Forget(path);
                break;
        }
    }

    /// <summary>Goes into a method of the compilation that may merge what it is given.</summary>
    private void CallOwn(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod.OriginalDefinition;
        if (depth >= MostDepth || method.DeclaringSyntaxReferences.Length == 0 || method.ContainingAssembly is null || !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, types.Compilation.Assembly))
            return;
        SyntaxNode declaration = method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);
        if (!Mentions(declaration))
            return;
        ControlFlowGraph? body = method.MethodKind == MethodKind.LocalFunction ? LocalFunction(method) : GraphOf(declaration);
        if (body is null)
            return;
        MergeState inside = _state;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter && PathOf(argument.Value) is { } path)
                inside = inside.Hold(parameter.OriginalDefinition, path, isNew: false);
        }

        if (call.Instance is not null and not IInstanceReferenceOperation)
            return;
        MergeFlow callee = new(types, body, depth + 1, cancellation);
        (IReadOnlyDictionary<SyntaxNode, (string Name, string What)> found, MergeState exit) = callee.Run(inside);
        _state = exit;
        if (!_isShowing || found.Count == 0)
            return;
        IReadOnlyDictionary<SyntaxNode, (string Name, string What)> alone = new MergeFlow(types, body, depth + 1, cancellation).Run(MergeState.Empty).Findings;
        foreach (KeyValuePair<SyntaxNode, (string Name, string What)> finding in found.Where(finding => !alone.ContainsKey(finding.Key)))
            Report(call.Syntax, finding.Value.Name, finding.Value.What);
    }

    private static bool Mentions(SyntaxNode declaration) => declaration.DescendantNodes().OfType<IdentifierNameSyntax>()
        .Any(name => name.Identifier.ValueText is "Merge" or "MergeTo" or "Unmerge" or "SetFactors" or "Adapter" or "ForwardBackward" or "Fit" or "Factors" or "IsMerged");

    private ControlFlowGraph? LocalFunction(IMethodSymbol method)
    {
        ControlFlowGraph? scope = graph;
        while (scope is not null && !scope.LocalFunctions.Contains(method, SymbolEqualityComparer.Default))
            scope = scope.Parent;
        return scope?.GetLocalFunctionControlFlowGraph(method, cancellation);
    }

    private ControlFlowGraph? GraphOf(SyntaxNode declaration) =>
        types.Compilation.GetSemanticModel(declaration.SyntaxTree).GetOperation(declaration, cancellation) switch
        {
            IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
            IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
            _ => null,
        };

    private void Read(IPropertyReferenceOperation property)
    {
        if (!types.IsOfLinear(property.Property) || PathOf(property.Instance) is not { } path)
            return;
        bool isUsed = property is { Property.Name: "Factors", Parent: IMemberReferenceOperation };
        if (isUsed && _state.MergeOf(path) is { } merge)
            Report(property.Syntax, property.Instance!.Syntax.ToString(), merge.Kind == MergeKind.ForGood ? "has no factors any more: its adapter was merged" : "is merged; its adapter's factors beside the merged weight count twice");
        else if (!isUsed && property.Property.Name is "IsMerged" or "Factors")
            _state = _state.Merge(path, MergeKind.Asked);
    }

    private void RunLambda(IFlowAnonymousFunctionOperation function)
    {
        if (depth < MostDepth)
            RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), _state);
    }

    private void RunNested(ControlFlowGraph body, MergeState state)
    {
        foreach (KeyValuePair<SyntaxNode, (string Name, string What)> finding in new MergeFlow(types, body, depth + 1, cancellation).Run(state).Findings)
            Report(finding.Key, finding.Value.Name, finding.Value.What);
    }

    /// <summary>Whether a model trains more than its adapter, so that training goes on after a merge.</summary>
    private bool TrainsOtherParts(IOperation model) => model.Type is { } type && !types.IsTrainer(type) && types.PartsOf(type).Any(part => part.IsTrainable);

    private static MergeKind KindOf(IInvocationOperation call)
    {
        IOperation? reversible = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "reversible")?.Value;
        return reversible switch
        {
            null or { ConstantValue: { HasValue: true, Value: false } } => MergeKind.ForGood,
            { ConstantValue: { HasValue: true, Value: true } } => MergeKind.Reversible,
            _ => MergeKind.Either,
        };
    }

    private void Report(SyntaxNode place, string name, string what)
    {
        if (_isShowing && !_findings.ContainsKey(place))
            _findings.Add(place, (name, what));
    }
}
