using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Follows how the weights of layers and models are held through a body, and finds the merges into weights of few bits.</summary>
/// <param name="analysis">The analysis of the compilation.</param>
/// <param name="graph">The body.</param>
/// <param name="around">The class that the body is in.</param>
/// <param name="depth">How many bodies lie around it.</param>
/// <param name="cancellation">Ends the analysis early.</param>
internal sealed partial class HeldFlow(HeldAnalysis analysis, ControlFlowGraph graph, INamedTypeSymbol? around, int depth, CancellationToken cancellation)
    : ForwardDataFlow<HeldState>
{
    private readonly ImmutableDictionary<SyntaxNode, int>.Builder _merges = ImmutableDictionary.CreateBuilder<SyntaxNode, int>();
    private readonly ImmutableDictionary<SyntaxNode, Held?>.Builder _arguments = ImmutableDictionary.CreateBuilder<SyntaxNode, Held?>();
    private readonly List<(ISymbol Member, Held? Held)> _stores = [];
    private readonly Dictionary<CaptureId, IOperation> _captured = [];
    private readonly Dictionary<ISymbol, IFlowAnonymousFunctionOperation> _functions = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _called = new(SymbolEqualityComparer.Default);
    private HeldState _state = HeldState.Empty;
    private Held? _returned;
    private bool _returns;

    /// <summary>Runs the body.</summary>
    /// <param name="initial">What is known before it.</param>
    public HeldResult Run(HeldState initial)
    {
        HeldState exit = Analyze(graph, initial) ?? HeldState.Empty;
        foreach (IMethodSymbol local in graph.LocalFunctions.Where(local => !_called.Contains(local)))
            RunNested(graph.GetLocalFunctionControlFlowGraph(local, cancellation), exit);
        return new HeldResult(_merges.ToImmutable(), exit, _returned, [.. _stores], _arguments.ToImmutable());
    }

    /// <inheritdoc/>
    protected override void Restart() => _returns = false;

    /// <inheritdoc/>
    protected override HeldState Join(HeldState left, HeldState right) => HeldState.Join(left, right);

    /// <inheritdoc/>
    protected override HeldState Visit(BasicBlock block, HeldState state)
    {
        cancellation.ThrowIfCancellationRequested();
        _state = state;
        foreach (IOperation operation in block.Operations)
            Visit(operation);
        if (block.BranchValue is { } branch)
        {
            Visit(branch);
            if (block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Return)
                Return(Of(branch));
        }

        return _state;
    }

    private void Return(Held? held)
    {
        _returned = _returns ? Held.Join(_returned, held) : held;
        _returns = true;
    }

    private void Deconstruct(IOperation target, IOperation value)
    {
        target = Expression.Declared(target);
        if (target is not ITupleOperation targets)
        {
            Assign(target, MayHoldWeights(target) ? Of(value) : Held.Unknown);
            return;
        }

        for (int i = 0; i < targets.Elements.Length; i++)
        {
            Deconstruct(
                targets.Elements[i], Expression.Unconverted(value) is ITupleOperation values && values.Elements.Length > i ? values.Elements[i] : value);
        }
    }

    /// <summary>Lets the variables that a pattern declares hold what it is matched with; those of a class of their own are held as that says.</summary>
    private void Declare(IIsPatternOperation match)
    {
        foreach (IPatternOperation pattern in match.Pattern.DescendantsAndSelf().OfType<IPatternOperation>())
        {
            if (Expression.DeclaredBy(pattern) is ILocalSymbol local)
                _state = _state.With(local, Of(match.Value) is { Kind: HeldKind.Marked } && analysis.OfType(local.Type) is not null ? null : Of(match.Value));
        }
    }

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureOperation capture:
                Visit(capture.Value);
                _captured[capture.Id] = capture.Value;
                _state = _state.With(capture.Id, Of(capture.Value));
                break;
            case ISimpleAssignmentOperation assignment:
                Visit(assignment.Value);
                if (assignment is { Target: ILocalReferenceOperation { Local: var named }, Value: var given }
                    && Expression.Unconverted(given) is IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation assigned })
                    _functions[named] = assigned;
                if (Expression.Unconverted(assignment.Target) is IArrayElementReferenceOperation { ArrayReference: var array } && MayHoldWeights(array))
                    Add(array, assignment.Value);
                else if (assignment.Target is IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } indexed } && MayHoldWeights(indexed))
                    Add(indexed, assignment.Value);
                else if (assignment.Target is IPropertyReferenceOperation { Property: var option, Instance: { } options }
                    && analysis.IsLoadOptions(option.ContainingType))
                    Choose(option, options, assignment.Value);
                else
                    Assign(assignment.Target, Of(assignment.Value));
                break;
            case IDeconstructionAssignmentOperation { Target: var target } deconstruction:
                Visit(deconstruction.Value);
                Deconstruct(target, deconstruction.Value);
                break;
            case IReturnOperation { Kind: OperationKind.YieldReturn, ReturnedValue: { } yielded }:
                Visit(yielded);
                Return(Of(yielded));
                break;
            case IIsPatternOperation pattern:
                VisitChildren(pattern);
                Declare(pattern);
                break;
            case IInvocationOperation call:
                VisitCall(call);
                break;
            case IObjectCreationOperation creation:
                VisitChildren(creation);
                NoteArguments(creation.Arguments);
                break;
            case IFlowAnonymousFunctionOperation function:
                RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), _state);
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

    private void VisitCall(IInvocationOperation call)
    {
        if (analysis.Types.Failures.IsOf(call))
            return;
        if (call.Instance is not null)
            Visit(call.Instance);
        Held? elements = SystemCalls.RunsForEach(call.TargetMethod) ? OfElements(call) : null;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            switch (Expression.Unconverted(argument.Value))
            {
                case IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation function }
                    when elements is not null && SystemCalls.ElementOf(call.TargetMethod, function.Symbol) is { } element:
                    RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), _state.With(element, elements));
                    break;
                case IDelegateCreationOperation { Target: IMethodReferenceOperation } when elements is not null && IsAtFixedPoint:
                    _arguments[argument.Syntax] = elements;
                    break;
                default:
                    Visit(argument.Value);
                    break;
            }
        }

        NoteArguments(call.Arguments);
        if (call.TargetMethod.MethodKind == MethodKind.LocalFunction)
            Of(call);
        if (call.Instance is ILocalReferenceOperation { Local: var called } && _functions.TryGetValue(called, out IFlowAnonymousFunctionOperation? named))
            RunFunction(call, named);
        if (Receiver.Of(call) is not { } target)
            return;
        if (!call.TargetMethod.IsStatic && SystemCalls.IsOfSystem(call.TargetMethod) && analysis.MayHoldWeights(Expression.Unconverted(target).Type))
            ChangeElements(call, target);
        AdapterUse use = analysis.Types.UseOf(call.TargetMethod);
        if (use == AdapterUse.MergeToBaseType)
        {
            if (IsForGood(call))
                Assign(target, Held.Dense, isStored: false);
        }
        else if (use == AdapterUse.MergeTo)
        {
            if (call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == RuntimeNames.Members.Bits) is not { } bits
                || Of(bits.Value) is not { Kind: HeldKind.Constant, Constant: int given })
                return;
            Report(call, given);
            if (given >= LossyMerges.FewestBitsThatKeepAnAdapter && IsForGood(call))
                Assign(target, Held.Dense, isStored: false);
        }
        else if (use == AdapterUse.Merge)
        {
            if (OfOrType(target) is { Kind: HeldKind.Marked, Constant: int bits })
                Report(call, bits);
        }
        else if (StorageOf(call) is { } storage)
        {
            Assign(target, storage.Kind == HeldKind.Marked ? TypeOf(target) is { } type ? analysis.OfType(type) : null : storage, isStored: false);
        }
    }

    /// <summary>Options are given a value; the one that says how to hold weights is what they are known by.</summary>
    private void Choose(IPropertySymbol option, IOperation options, IOperation value)
    {
        if (analysis.IsStorage(option.Type))
            Assign(options, Of(value) is { Kind: HeldKind.Constant } storage ? storage : Held.Unknown, isStored: false);
    }

    /// <summary>Runs the function in a variable as called.</summary>
    private void RunFunction(IInvocationOperation call, IFlowAnonymousFunctionOperation function)
    {
        HeldState state = _state;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < function.Symbol.Parameters.Length)
                state = state.With(function.Symbol.Parameters[parameter.Ordinal], Of(argument.Value));
        }

        RunNested(graph.GetAnonymousFunctionControlFlowGraphInScope(function, cancellation), state);
    }

    /// <summary>A collection is given what a call adds to it, and gives what a call takes out of it.</summary>
    private void ChangeElements(IInvocationOperation call, IOperation collection)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (!MayHoldWeights(argument.Value))
                continue;
            if (argument.Parameter?.RefKind == RefKind.Out)
                Assign(Expression.Declared(argument.Value), Of(collection) is { Kind: HeldKind.Marked } held ? held.OfSome : Of(collection));
            else if (SystemCalls.AddElements(call.TargetMethod.Name))
                Add(collection, argument.Value);
        }
    }

    private void Add(IOperation collection, IOperation added) =>
        Assign(collection, Of(collection) is { } held ? Held.Join(held, OfOrType(added)) : OfOrType(added), isStored: false);

    /// <summary>Whether a merge is not to be taken back.</summary>
    private static bool IsForGood(IInvocationOperation call) =>
        call.Arguments.Where(argument => argument.Parameter?.Name == RuntimeNames.Members.Reversible)
            .All(argument => argument.Value.ConstantValue is { HasValue: true, Value: false });

    private void Report(IInvocationOperation call, int bits)
    {
        if (IsAtFixedPoint && bits < LossyMerges.FewestBitsThatKeepAnAdapter)
            _merges[call.Syntax] = bits;
    }

    private void NoteArguments(ImmutableArray<IArgumentOperation> arguments)
    {
        foreach (IArgumentOperation argument in arguments)
        {
            if (IsAtFixedPoint && analysis.Types.Known.IsModule(Expression.Unconverted(argument.Value).Type))
                _arguments[argument.Syntax] = OfOrType(argument.Value);
        }
    }

    /// <param name="target">A variable or member.</param>
    /// <param name="held">What it holds.</param>
    /// <param name="isStored">Whether it is given another object, and not the object other weights.</param>
    private void Assign(IOperation target, Held? held, bool isStored = true)
    {
        switch (Expression.Unconverted(target))
        {
            case IFlowCaptureReferenceOperation reference:
                _state = _state.With(reference.Id, held);
                if (_captured.TryGetValue(reference.Id, out IOperation? captured))
                    Assign(captured, held, isStored);
                break;
            case ILocalReferenceOperation local:
                _state = _state.With(local.Local, held);
                break;
            case IParameterReferenceOperation parameter:
                _state = _state.With(parameter.Parameter, held);
                break;
            case IMemberReferenceOperation { Instance: IInstanceReferenceOperation or null } member:
                ISymbol symbol = HeldAnalysis.StoreOf(member.Member);
                _state = _state.With(symbol, held);
                if (isStored || held is not null)
                    _stores.Add((symbol, held));
                break;
        }
    }

    private HeldResult? RunNested(ControlFlowGraph body, HeldState state)
    {
        if (depth >= HeldAnalysis.MostDepth)
            return null;
        HeldResult result = new HeldFlow(analysis, body, around, depth + 1, cancellation).Run(state);
        _stores.AddRange(result.Stores);
        if (IsAtFixedPoint)
        {
            foreach (KeyValuePair<SyntaxNode, int> merge in result.Merges)
                _merges[merge.Key] = merge.Value;
            foreach (KeyValuePair<SyntaxNode, Held?> argument in result.Arguments)
                _arguments[argument.Key] = argument.Value;
        }

        return result;
    }
}
