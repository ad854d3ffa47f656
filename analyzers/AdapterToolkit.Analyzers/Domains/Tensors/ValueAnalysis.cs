using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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
    private readonly Bodies _source;
    private readonly CallTargets _targets;
    private readonly WordIndex _words;
    private readonly ConcurrentDictionary<CallKey, BodyResult> _solved = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, ILookup<string, (SyntaxNode Body, bool IsByCall)>> _writers = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, ILookup<string, SyntaxNode>> _given = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<string, SyntaxNode[]> _foreignWriters = new();
    private readonly ConcurrentDictionary<ISymbol, (Dimension Rows, Dimension Columns)?> _shapes = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _heldElsewhere = new(SymbolEqualityComparer.Default);

    /// <summary>Prepares the analysis of a compilation.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="rules">The rules that look on.</param>
    public ValueAnalysis(Compilation compilation, ImmutableArray<TensorRule> rules)
    {
        _compilation = compilation;
        Rules = rules;
        _source = Bodies.Of(compilation);
        _targets = CallTargets.Of(compilation);
        _words = WordIndex.Of(compilation);
        Types = new TensorTypes(compilation);
        LowRank = new LowRankMembers(Types, _source, ShapeOf);
        Paths = new TrainingPaths(Types);
        Purpose = new MethodPurpose(Types, _source);
        Freezing = new Freezing(compilation, Types, LowRank, _source.ModelOf);
    }

    /// <summary>The rules that look on.</summary>
    public ImmutableArray<TensorRule> Rules { get; }

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

    /// <summary>The methods of the compilation that implement one of an interface, which another library may declare.</summary>
    public ImmutableArray<IMethodSymbol> ImplementationsOf(IMethodSymbol method) => _targets.Of(method);

    /// <summary>The method that takes an object apart for a statement or expression; null where that is none.</summary>
    public IMethodSymbol? DeconstructionOf(SyntaxNode place) => place switch
    {
        AssignmentExpressionSyntax assignment => _source.ModelOf(place.SyntaxTree).GetDeconstructionInfo(assignment).Method,
        ForEachVariableStatementSyntax loop => _source.ModelOf(place.SyntaxTree).GetDeconstructionInfo(loop).Method,
        _ => null,
    };

    /// <summary>Runs a body, its arguments unknown.</summary>
    /// <param name="body">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public BodyResult Run(ISymbol body, CancellationToken cancellation)
    {
        FixedPointSolver<CallKey, BodyResult> solver = new(_solved, BodyResult.Unknown, (unknown, solver) => unknown.IsMember
            ? BodyResult.Of(ValueOf(unknown.Symbol, solver, cancellation))
            : Run(unknown, solver, cancellation));
        return solver.Of(CallKey.Plain(body));
    }

    /// <summary>Runs a method of the compilation as called.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments, in the order of its parameters.</param>
    /// <param name="receiver">The object that it is called on.</param>
    /// <param name="solver">Tells what bodies give.</param>
    /// <param name="isOnTrainingPath">Whether the call stands in a forward pass or in training.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    /// <returns>What the body tells, the findings without those that it has whatever its arguments are; null where the body can't be followed.</returns>
    public BodyResult? Call(IMethodSymbol method, ImmutableArray<Value> arguments, Value receiver,
        FixedPointSolver<CallKey, BodyResult> solver, bool isOnTrainingPath, CancellationToken cancellation)
    {
        method = Bodies.DefinitionOf(method);
        if (method.DeclaringSyntaxReferences.Length == 0 || _source.GraphOf(method, cancellation) is null)
            return null;
        CallKey key = new(method, Extended(method) is null && receiver.Members.IsEmpty ? Value.Other : receiver, arguments);
        BodyResult result = solver.Of(key);
        if (isOnTrainingPath && result.DependsOnTraining)
            result = solver.Of(key = key.OnTrainingPath());
        return result.Findings.IsEmpty ? result
            : key.IsPlain ? result with { Findings = [] }
            : result with { Findings = result.Findings.Except(solver.Of(CallKey.Plain(method)).Findings) };
    }

    /// <summary>Runs a body.</summary>
    private BodyResult Run(CallKey key, FixedPointSolver<CallKey, BodyResult> solver, CancellationToken cancellation)
    {
        if (_source.GraphOf(key.Symbol, cancellation) is not { } graph)
            return BodyResult.Unknown;
        IMethodSymbol? method = key.Symbol as IMethodSymbol;
        object receiver = (object?)Extended(method) ?? ValueFlow.This;
        ValueState state = key.Receiver.Equals(Value.Other) ? ValueState.Empty : ValueState.Empty.With(receiver, key.Receiver);
        for (int i = 0; i < key.Arguments.Length && i < method?.Parameters.Length; i++)
            state = state.With(method.Parameters[i], key.Arguments[i]);
        return new ValueFlow(this, solver, graph, key.Symbol, new CallStack(), key.IsOnTrainingPath, cancellation).Run(state).Of(method?.Parameters ?? []);
    }

    /// <summary>What an extension member extends, which is one of its parameters.</summary>
    private static IParameterSymbol? Extended(IMethodSymbol? method) =>
        method is { IsStatic: false, ContainingType: { IsExtension: true } extension } ? extension.ExtensionParameter : null;

    /// <summary>What a field, or a property with storage of its own, was given anywhere in its class.</summary>
    private Value ValueOf(ISymbol member, FixedPointSolver<CallKey, BodyResult> solver, CancellationToken cancellation)
    {
        Value value = Value.Other;
        if (member.ContainingType is not { } type || member.DeclaringSyntaxReferences.Length == 0 || !MayHold(member, cancellation))
            return value;
        foreach (ISymbol writer in WritersOf(member, type, cancellation))
        {
            foreach ((ISymbol stored, Value given) in solver.Of(Writing(writer, member, solver)).Stores)
            {
                if (SymbolEqualityComparer.Default.Equals(stored, member))
                    value = Value.Combine(value, given);
            }
        }

        return value.Kind is ValueKind.Merged or ValueKind.Zeros or ValueKind.Noise ? Value.Other : value;
    }

    /// <summary>A body that writes a member. A setter that writes a field is given what its property is.</summary>
    private static CallKey Writing(ISymbol writer, ISymbol member, FixedPointSolver<CallKey, BodyResult> solver) =>
        writer is IMethodSymbol { MethodKind: MethodKind.PropertySet, AssociatedSymbol: IPropertySymbol { IsIndexer: false } property, Parameters.Length: 1 }
            && !SymbolEqualityComparer.Default.Equals(property, member)
            ? new CallKey(writer, Value.Other, [solver.Of(CallKey.Member(property)).Returned])
            : CallKey.Plain(writer);

    /// <summary>Whether a class is a part of another class of the compilation, which may add what it leaves out.</summary>
    public bool IsPartOfAnother(INamedTypeSymbol type, CancellationToken cancellation) =>
        _heldElsewhere.GetOrAdd(type, symbol => IsPart((INamedTypeSymbol)symbol, cancellation));

    /// <summary>The names by which the factors that a class holds, and the frozen weights beside them, are reached.</summary>
    public IEnumerable<ScopedName> NamesOfFactors(INamedTypeSymbol type)
    {
        IReadOnlyList<LowRankPair> pairs = LowRank.PairsOf(type);
        IEnumerable<ISymbol> weights = pairs.Count > 0 ? type.GetMembers().Where(LowRank.IsFrozenWeight) : [];
        IEnumerable<ISymbol> members = pairs.SelectMany(pair => new[] { pair.A, pair.B }).Concat(weights).Concat(LowRank.TrainedIn(type));
        return members.Select(member => new ScopedName(member.Name, member.DeclaredAccessibility == Accessibility.Private ? type.Name : null));
    }

    /// <summary>The semantic model of a file.</summary>
    public SemanticModel ModelOf(SyntaxTree tree) => _source.ModelOf(tree);

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) => _source.OperationOf(node, cancellation);

    private (Dimension Rows, Dimension Columns)? ShapeOf(ISymbol member) => _shapes.GetOrAdd(member, ReadShape);

    private (Dimension Rows, Dimension Columns)? ReadShape(ISymbol member)
    {
        foreach (SyntaxNode given in GivenTo(member))
        {
            if (OperationOf(given, CancellationToken.None) is { } operation && Shapes.Of(operation, Types) is { } shape)
                return shape;
        }

        return LowRank.IsCollection(member)
            ? LowRank.CodeOf(member.ContainingType).ElementsGivenTo(member).Select(element => Shapes.Of(element, Types))
                .FirstOrDefault(shape => shape is not null)
            : null;
    }
}
