using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells what the tensors of a compilation are: runs the bodies of methods on <see cref="Value"/>s in place of tensors, goes
/// into the methods that they call, and asks what fields and properties were given. What it finds out is kept.
/// </summary>
internal sealed partial class ValueAnalysis
{
    /// <summary>How many bodies outside a member's class are run at most to see what they assign it.</summary>
    private const int MostForeignWriters = 8;

    private readonly Compilation _compilation;
    private readonly ImmutableArray<TensorRule> _rules;
    private readonly Bodies _source;
    private readonly ConcurrentDictionary<ISymbol, BodyResult> _bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<CallKey, BodyResult> _calls = new();
    private readonly ConcurrentDictionary<ISymbol, Value> _members = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, ILookup<string, SyntaxNode>> _writers = new(SymbolEqualityComparer.Default);
    private readonly Lazy<ILookup<string, SyntaxNode>> _foreignWriters;
    private readonly ConcurrentDictionary<ISymbol, bool> _heldElsewhere = new(SymbolEqualityComparer.Default);

    /// <summary>Prepares the analysis of a compilation.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="rules">The rules that look on.</param>
    public ValueAnalysis(Compilation compilation, ImmutableArray<TensorRule> rules)
    {
        _compilation = compilation;
        _rules = rules;
        _source = Bodies.Of(compilation);
        _foreignWriters = new(() => AssignedToOthers(compilation));
        Types = new TensorTypes(compilation);
        LowRank = new LowRankMembers(Types, _source, ShapeOf);
        Paths = new TrainingPaths(Types);
        Purpose = new MethodPurpose(Types, _source);
        Freezing = new Freezing(compilation, Types, LowRank, _source.ModelOf);
    }

    /// <summary>The known types.</summary>
    public TensorTypes Types { get; }

    /// <summary>The factors and weights of classes written by hand.</summary>
    public LowRankMembers LowRank { get; }

    /// <summary>Which methods belong to a forward or backward pass.</summary>
    public TrainingPaths Paths { get; }

    /// <summary>Which methods start an adapter at numbers of W.</summary>
    public MethodPurpose Purpose { get; }

    /// <summary>Where parameters of TorchSharp are frozen.</summary>
    public Freezing Freezing { get; }

    /// <summary>Runs a body that the compiler hands over, its arguments unknown.</summary>
    /// <param name="graph">The body.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public BodyResult Run(ControlFlowGraph graph, ISymbol symbol, CancellationToken cancellation) =>
        Run(graph, symbol, ValueState.Empty, new CallStack().Enter(symbol)!, isOnTrainingPath: false, cancellation);

    /// <summary>Runs a method of the compilation as called.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments, in the order of its parameters.</param>
    /// <param name="receiver">The object that it is called on.</param>
    /// <param name="stack">What is being followed.</param>
    /// <param name="isOnTrainingPath">Whether the call stands in a forward pass or in training.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    /// <returns>What the body tells, the findings without those that it has whatever its arguments are; null where the body can't be followed.</returns>
    public BodyResult? Call(
        IMethodSymbol method, ImmutableArray<Value> arguments, Value receiver, CallStack stack, bool isOnTrainingPath, CancellationToken cancellation)
    {
        method = Bodies.DefinitionOf(method);
        if (method.DeclaringSyntaxReferences.Length == 0 || _source.GraphOf(method, cancellation) is not { } graph)
            return null;
        if (stack.Enter(method) is not { } inner)
            return BodyResult.Unknown;
        bool isPlain = arguments.All(argument => argument.Equals(Value.Other)) && receiver.Members.IsEmpty;
        if (!_bodies.TryGetValue(method, out BodyResult? alone))
        {
            alone = Run(graph, method, ValueState.Empty, inner, isOnTrainingPath: false, cancellation);
            if (alone.IsExact)
                _bodies[method] = alone;
        }

        if (isPlain && !isOnTrainingPath)
            return alone with { Findings = [] };
        CallKey key = new(method, arguments, isOnTrainingPath);
        bool isKept = receiver.Members.IsEmpty && arguments.All(argument => argument.Function is null && argument.Members.IsEmpty);
        if (isKept && _calls.TryGetValue(key, out BodyResult? known))
            return known;
        ValueState state = receiver.Members.IsEmpty ? ValueState.Empty : ValueState.Empty.With(ValueFlow.This, receiver);
        for (int i = 0; i < method.Parameters.Length && i < arguments.Length; i++)
            state = state.With(method.Parameters[i], arguments[i]);
        BodyResult result = Run(graph, method, state, inner, isOnTrainingPath, cancellation);
        result = result with { Findings = result.Findings.Except(alone.Findings) };
        if (isKept && result.IsExact && alone.IsExact)
            _calls[key] = result;
        return result;
    }

    /// <summary>What a field, or a property with storage of its own, was given anywhere in its class.</summary>
    /// <param name="member">The member.</param>
    /// <param name="stack">What is being followed.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public (Value Value, bool IsExact) ValueOf(ISymbol member, CallStack stack, CancellationToken cancellation)
    {
        member = member.OriginalDefinition;
        if (_members.TryGetValue(member, out Value? known))
            return (known, true);
        if (member.ContainingType is not { } type || member.DeclaringSyntaxReferences.Length == 0)
            return (Value.Other, true);
        if (stack.EnterMember(member) is not { } inner)
            return (Value.Other, false);
        Value value = Value.Other;
        bool isExact = true;
        foreach (ISymbol writer in WritersOf(member, type, cancellation))
        {
            BodyResult result = inner.Enter(writer) is { } innermost && _source.GraphOf(writer, cancellation) is { } graph
                ? Run(graph, writer, GivenToSetter(writer, member, innermost, cancellation), innermost, isOnTrainingPath: false, cancellation)
                : BodyResult.Unknown;
            isExact &= result.IsExact;
            foreach ((ISymbol stored, Value given) in result.Stores)
            {
                if (SymbolEqualityComparer.Default.Equals(stored, member))
                    value = Value.Combine(value, given);
            }
        }

        value = value.Kind is ValueKind.Merged or ValueKind.Zeros or ValueKind.Noise ? Value.Other : value;
        if (isExact || !stack.IsInMember)
            _members[member] = value;
        return (value, isExact);
    }

    /// <summary>A setter that writes a field is given what its property is.</summary>
    private ValueState GivenToSetter(ISymbol writer, ISymbol member, CallStack stack, CancellationToken cancellation) =>
        writer is IMethodSymbol { MethodKind: MethodKind.PropertySet, AssociatedSymbol: IPropertySymbol { IsIndexer: false } property, Parameters: [var given] }
            && !SymbolEqualityComparer.Default.Equals(property, member)
            ? ValueState.Empty.With(given, ValueOf(property, stack, cancellation).Value)
            : ValueState.Empty;

    /// <summary>Whether a class is a part of another class of the compilation, which may add what it leaves out.</summary>
    public bool IsPartOfAnother(INamedTypeSymbol type, CancellationToken cancellation) =>
        _heldElsewhere.GetOrAdd(type, symbol => IsPart((INamedTypeSymbol)symbol, cancellation));

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) => _source.OperationOf(node, cancellation);

    private BodyResult Run(ControlFlowGraph graph, ISymbol symbol, ValueState state, CallStack stack, bool isOnTrainingPath, CancellationToken cancellation) =>
        new ValueFlow(this, _rules, graph, symbol, stack, isOnTrainingPath, cancellation).Run(state);

    private (Dimension Rows, Dimension Columns)? ShapeOf(ISymbol member)
    {
        foreach (SyntaxNode given in GivenTo(member))
        {
            if (OperationOf(given, CancellationToken.None) is { } operation && Shapes.Of(operation, Types) is { } shape)
                return shape;
        }

        return null;
    }
}
