using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
    private readonly CallTargets _targets;
    private readonly ConcurrentDictionary<CallKey, BodyResult> _calls = new();
    private readonly ConcurrentDictionary<ISymbol, (Value Value, Extent Extent)> _members = new(SymbolEqualityComparer.Default);
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
        _targets = CallTargets.Of(compilation);
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

    /// <summary>The methods with bodies in the compilation that a call can run.</summary>
    /// <param name="method">The method that is named.</param>
    /// <param name="receiver">The type of the object that it is called on; null where that is not known.</param>
    /// <param name="isVirtual">Whether the object's class decides which override runs.</param>
    public ImmutableArray<IMethodSymbol> TargetsOf(IMethodSymbol method, ITypeSymbol? receiver, bool isVirtual)
    {
        method = Bodies.DefinitionOf(method);
        return method.DeclaringSyntaxReferences.Length == 0 ? [] : isVirtual ? _targets.Of(method, receiver) : [method];
    }

    /// <summary>The method that takes an object apart for a statement or expression; null where that is none.</summary>
    public IMethodSymbol? DeconstructionOf(SyntaxNode place) => place switch
    {
        AssignmentExpressionSyntax assignment => _source.ModelOf(place.SyntaxTree).GetDeconstructionInfo(assignment).Method,
        ForEachVariableStatementSyntax loop => _source.ModelOf(place.SyntaxTree).GetDeconstructionInfo(loop).Method,
        _ => null,
    };

    /// <summary>Runs a body that the compiler hands over, its arguments unknown.</summary>
    /// <param name="graph">The body.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public BodyResult Run(ControlFlowGraph graph, ISymbol symbol, CancellationToken cancellation) =>
        Follow(graph, new CallKey(symbol, Value.Other, [], isOnTrainingPath: false), ValueState.Empty, new CallStack(), cancellation);

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
        // What an extension member extends is one of its parameters.
        IParameterSymbol? extended = method is { IsStatic: false, ContainingType: { IsExtension: true } extension } ? extension.ExtensionParameter : null;
        CallKey key = new(method, extended is null && receiver.Members.IsEmpty ? Value.Other : receiver, arguments, isOnTrainingPath);
        ValueState state = key.Receiver.Equals(Value.Other) ? ValueState.Empty : ValueState.Empty.With((object?)extended ?? ValueFlow.This, receiver);
        for (int i = 0; i < method.Parameters.Length && i < key.Arguments.Length; i++)
            state = state.With(method.Parameters[i], key.Arguments[i]);
        BodyResult result = Follow(graph, key, state, stack, cancellation);
        result = result with { Parameters = [.. method.Parameters.Select(parameter => result.Exit[parameter])] };
        if (result.Findings.IsEmpty)
            return result;
        if (key.IsPlain)
            return result with { Findings = [] };
        BodyResult alone = Follow(graph, key.Plain, ValueState.Empty, stack, cancellation);
        Extent extent = new();
        extent.Add(result.Extent);
        extent.Add(alone.Extent);
        return result with { Findings = result.Findings.Except(alone.Findings), Extent = extent };
    }

    /// <summary>What a field, or a property with storage of its own, was given anywhere in its class.</summary>
    /// <param name="member">The member.</param>
    /// <param name="stack">What is being followed.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public (Value Value, Extent Extent) ValueOf(ISymbol member, CallStack stack, CancellationToken cancellation)
    {
        member = member.OriginalDefinition;
        if (_members.TryGetValue(member, out (Value Value, Extent Extent) known) && (!stack.IsInMember || stack.Take(known.Extent)))
            return known;
        Extent extent = new();
        if (member.ContainingType is not { } type || member.DeclaringSyntaxReferences.Length == 0)
            return (Value.Other, extent);
        // What a member holds depends on the program alone, and not on where it is asked for.
        CallStack around = stack.IsInMember ? stack : new CallStack();
        if (around.EnterMember(member) is not { } inner)
            return (Value.Other, around.CutAtMember(member));
        Value value = Value.Other;
        foreach (ISymbol writer in WritersOf(member, type, cancellation))
        {
            if (_source.GraphOf(writer, cancellation) is not { } graph)
                continue;
            BodyResult result = RunWriter(graph, writer, member, inner, extent, cancellation);
            extent.Add(result.Extent);
            foreach ((ISymbol stored, Value given) in result.Stores)
            {
                if (SymbolEqualityComparer.Default.Equals(stored, member))
                    value = Value.Combine(value, given);
            }
        }

        value = value.Kind is ValueKind.Merged or ValueKind.Zeros or ValueKind.Noise ? Value.Other : value;
        inner.LeaveMember(member, extent);
        if (!stack.IsInMember || extent.IsWhole)
            _members[member] = (value, extent);
        return (value, extent);
    }

    /// <summary>Runs a body that writes a member. A setter that writes a field is given what its property is.</summary>
    private BodyResult RunWriter(
        ControlFlowGraph graph, ISymbol writer, ISymbol member, CallStack stack, Extent extent, CancellationToken cancellation)
    {
        CallKey key = new(writer, Value.Other, [], isOnTrainingPath: false);
        if (writer is not IMethodSymbol
            {
                MethodKind: MethodKind.PropertySet, AssociatedSymbol: IPropertySymbol { IsIndexer: false } property, Parameters: [var given]
            }
            || SymbolEqualityComparer.Default.Equals(property, member))
            return Follow(graph, key, ValueState.Empty, stack, cancellation);
        (Value value, Extent inner) = ValueOf(property, stack, cancellation);
        extent.AddMember(inner, isWithinMember: true);
        key = new(writer, Value.Other, [value], isOnTrainingPath: false);
        return Follow(graph, key, ValueState.Empty.With(given, value), stack, cancellation);
    }

    /// <summary>
    /// Runs a body, unless it is known what that gives. Where the body is run tells nothing beside how much may be followed: a known result is taken only
    /// where running the body would give the same.
    /// </summary>
    private BodyResult Follow(ControlFlowGraph graph, CallKey key, ValueState state, CallStack stack, CancellationToken cancellation)
    {
        bool isKept = !key.HasFunctions;
        if (isKept && _calls.TryGetValue(key, out BodyResult? known) && stack.Take(known.Extent))
            return known;
        if (stack.Enter(key.Method) is not { } inner)
            return BodyResult.Unknown(stack.CutAt(key.Method));
        BodyResult result = new ValueFlow(this, _rules, graph, key.Method, inner, key.IsOnTrainingPath, cancellation).Run(state);
        inner.Leave(key.Method, result.Extent, isKept);
        if (isKept && result.Extent.IsWhole)
            _calls[key] = result;
        return result;
    }

    /// <summary>Whether a class is a part of another class of the compilation, which may add what it leaves out.</summary>
    public bool IsPartOfAnother(INamedTypeSymbol type, CancellationToken cancellation) =>
        _heldElsewhere.GetOrAdd(type, symbol => IsPart((INamedTypeSymbol)symbol, cancellation));

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) => _source.OperationOf(node, cancellation);

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
