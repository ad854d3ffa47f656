using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.TensorRules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>
/// Tells what the tensors of a compilation are: runs the bodies of methods on <see cref="Value"/>s in place of tensors, goes
/// into the methods that they call, and asks what fields and properties were given. What it finds out is kept.
/// </summary>
internal sealed class ValueAnalysis
{
    private readonly Compilation _compilation;
    private readonly ImmutableArray<TensorRule> _rules;
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();
    private readonly ConcurrentDictionary<ISymbol, ControlFlowGraph?> _graphs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, BodyResult> _bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, Value> _members = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _heldElsewhere = new(SymbolEqualityComparer.Default);

    /// <summary>Prepares the analysis of a compilation.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="rules">The rules that look on.</param>
    public ValueAnalysis(Compilation compilation, ImmutableArray<TensorRule> rules)
    {
        _compilation = compilation;
        _rules = rules;
        Types = new TensorTypes(compilation);
        LowRank = new LowRankMembers(Types, ShapeOf);
        Freezing = new Freezing(compilation, Types, LowRank, ModelOf);
    }

    /// <summary>The known types.</summary>
    public TensorTypes Types { get; }

    /// <summary>The factors and weights of classes written by hand.</summary>
    public LowRankMembers LowRank { get; }

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
    /// <param name="stack">What is being followed.</param>
    /// <param name="isOnTrainingPath">Whether the call stands in a forward pass or in training.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    /// <returns>What the body tells, the findings without those that it has whatever its arguments are; null where the body can't be followed.</returns>
    public BodyResult? Call(IMethodSymbol method, ImmutableArray<Value> arguments, CallStack stack, bool isOnTrainingPath, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (method.DeclaringSyntaxReferences.Length == 0 || GraphOf(method, cancellation) is not { } graph)
            return null;
        if (stack.Enter(method) is not { } inner)
            return BodyResult.Unknown;
        bool isPlain = arguments.All(argument => argument.Equals(Value.Other));
        if (!_bodies.TryGetValue(method, out BodyResult? alone))
        {
            alone = Run(graph, method, ValueState.Empty, inner, isOnTrainingPath: false, cancellation);
            if (alone.IsExact)
                _bodies[method] = alone;
        }

        if (isPlain && !isOnTrainingPath)
            return alone with { Findings = [] };
        ValueState state = ValueState.Empty;
        for (int i = 0; i < method.Parameters.Length && i < arguments.Length; i++)
            state = state.With(method.Parameters[i], arguments[i]);
        BodyResult result = Run(graph, method, state, inner, isOnTrainingPath, cancellation);
        return result with { Findings = result.Findings.Except(alone.Findings) };
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
            BodyResult result = inner.Enter(writer) is { } innermost && GraphOf(writer, cancellation) is { } graph
                ? Run(graph, writer, ValueState.Empty, innermost, isOnTrainingPath: false, cancellation)
                : BodyResult.Unknown;
            isExact &= result.IsExact;
            foreach ((ISymbol stored, Value given) in result.Stores)
            {
                if (SymbolEqualityComparer.Default.Equals(stored, member))
                    value = Value.Join(value, given);
            }
        }

        value = value.Kind is ValueKind.Merged or ValueKind.Zeros or ValueKind.Noise ? Value.Other : value;
        if (isExact || !stack.IsInMember)
            _members[member] = value;
        return (value, isExact);
    }

    /// <summary>Whether a class is a part of another class of the compilation, which may add what it leaves out.</summary>
    public bool IsPartOfAnother(INamedTypeSymbol type, CancellationToken cancellation) =>
        _heldElsewhere.GetOrAdd(type, symbol => IsPart((INamedTypeSymbol)symbol, cancellation));

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) => ModelOf(node.SyntaxTree).GetOperation(node, cancellation);

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

    /// <summary>The expressions that a member is assigned in its class.</summary>
    private static IEnumerable<SyntaxNode> GivenTo(ISymbol member)
    {
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            switch (reference.GetSyntax())
            {
                case VariableDeclaratorSyntax { Initializer: { } initializer }:
                    yield return initializer.Value;
                    break;
                case PropertyDeclarationSyntax { Initializer: { } initializer }:
                    yield return initializer.Value;
                    break;
            }
        }

        foreach (SyntaxReference reference in member.ContainingType.DeclaringSyntaxReferences)
        {
            foreach (AssignmentExpressionSyntax assignment in reference.GetSyntax().DescendantNodes().OfType<AssignmentExpressionSyntax>())
            {
                if (NameOf(assignment.Left) == member.Name)
                    yield return assignment.Right;
                if (assignment is { Left: TupleExpressionSyntax left, Right: TupleExpressionSyntax right } && left.Arguments.Count == right.Arguments.Count)
                {
                    for (int i = 0; i < left.Arguments.Count; i++)
                    {
                        if (NameOf(left.Arguments[i].Expression) == member.Name)
                            yield return right.Arguments[i].Expression;
                    }
                }
            }
        }
    }

    /// <summary>The bodies of a class in which a member is assigned, or a collection in it filled.</summary>
    private IEnumerable<ISymbol> WritersOf(ISymbol member, INamedTypeSymbol type, CancellationToken cancellation)
    {
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null })
                yield return member;
        }

        HashSet<SyntaxNode> seen = [];
        foreach (SyntaxReference reference in type.DeclaringSyntaxReferences)
        {
            SyntaxNode declaration = reference.GetSyntax(cancellation);
            foreach (IdentifierNameSyntax name in declaration.DescendantNodes().OfType<IdentifierNameSyntax>())
            {
                if (name.Identifier.ValueText != member.Name || !IsWritten(name))
                    continue;
                SyntaxNode? body = name.Ancestors().FirstOrDefault(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax });
                if (body is not null && seen.Add(body) && DeclaredBy(body, cancellation) is { } writer)
                    yield return writer;
            }

            foreach (AccessorDeclarationSyntax accessor in declaration.DescendantNodes().OfType<AccessorDeclarationSyntax>())
            {
                bool writesField = accessor.Ancestors().OfType<PropertyDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText == member.Name && accessor.DescendantNodes().OfType<FieldExpressionSyntax>().Any();
                if (writesField && seen.Add(accessor) && DeclaredBy(accessor, cancellation) is { } writer)
                    yield return writer;
            }
        }
    }

    private static bool IsWritten(IdentifierNameSyntax name)
    {
        SyntaxNode node = name;
        while (node.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or InvocationExpressionSyntax or ConditionalAccessExpressionSyntax or ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax
            || node.Parent is ArgumentSyntax { Parent.Parent: TupleExpressionSyntax })
        {
            if (node.Parent is InvocationExpressionSyntax)
                return true;
            node = node.Parent;
        }

        return node.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == node,
            ArgumentSyntax argument => argument.RefKindKeyword.RawKind != 0 || argument.Parent is TupleExpressionSyntax { Parent: AssignmentExpressionSyntax },
            ArrowExpressionClauseSyntax or InitializerExpressionSyntax => false,
            _ => false,
        };
    }

    private ISymbol? DeclaredBy(SyntaxNode body, CancellationToken cancellation) =>
        body is ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax property }
            ? (ModelOf(body.SyntaxTree).GetDeclaredSymbol(property, cancellation) as IPropertySymbol)?.GetMethod
            : ModelOf(body.SyntaxTree).GetDeclaredSymbol(body, cancellation);

    private ControlFlowGraph? GraphOf(ISymbol symbol, CancellationToken cancellation)
    {
        if (_graphs.TryGetValue(symbol, out ControlFlowGraph? known))
            return known;
        ControlFlowGraph? graph = null;
        foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
        {
            SyntaxNode? node = reference.GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax declarator => declarator.Initializer,
                PropertyDeclarationSyntax { Initializer: { } initializer } when symbol is IPropertySymbol => initializer,
                LocalFunctionStatementSyntax => null,
                SyntaxNode other => other,
            };
            IOperation? operation = node is null ? null : OperationOf(node, cancellation);
            graph = operation switch
            {
                IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IConstructorBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IFieldInitializerOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IPropertyInitializerOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                _ => null,
            };
            if (graph is not null)
                break;
        }

        _graphs[symbol] = graph;
        return graph;
    }

    private bool IsPart(INamedTypeSymbol type, CancellationToken cancellation)
    {
        Stack<INamespaceOrTypeSymbol> rest = new([_compilation.Assembly.GlobalNamespace]);
        while (rest.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            INamespaceOrTypeSymbol current = rest.Pop();
            foreach (ISymbol member in current.GetMembers())
            {
                if (member is INamespaceOrTypeSymbol inner)
                    rest.Push(inner);
                ITypeSymbol? held = member switch
                {
                    IFieldSymbol field => field.Type,
                    IPropertySymbol property => property.Type,
                    _ => null,
                };
                if (held is not null && !SymbolEqualityComparer.Default.Equals(current, type) && Mentions(held, type))
                    return true;
            }

            if (current is INamedTypeSymbol { BaseType: { } parent } && SymbolEqualityComparer.Default.Equals(parent.OriginalDefinition, type))
                return true;
        }

        return false;
    }

    private static bool Mentions(ITypeSymbol held, INamedTypeSymbol type) => held switch
    {
        IArrayTypeSymbol array => Mentions(array.ElementType, type),
        INamedTypeSymbol named => SymbolEqualityComparer.Default.Equals(named.OriginalDefinition, type) || named.TypeArguments.Any(argument => Mentions(argument, type)),
        _ => false,
    };

    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access => access.Name.Identifier.ValueText,
        _ => null,
    };

    private SemanticModel ModelOf(SyntaxTree tree) => _models.GetOrAdd(tree, tree => _compilation.GetSemanticModel(tree));
}
