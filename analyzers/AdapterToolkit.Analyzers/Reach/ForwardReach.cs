using System.Collections.Concurrent;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Reach;

/// <summary>
/// Tells which of a model's modules its <c>Forward</c> reaches: by name, through the methods and properties that it uses, and
/// through what the fields that it reads were given.
/// </summary>
internal sealed class ForwardReach(Compilation compilation)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, HashSet<ISymbol>?> _reached = new(SymbolEqualityComparer.Default);
    private readonly Lazy<INamedTypeSymbol[]> _models = new(() => [.. ModelsOf(compilation)]);

    /// <summary>The toolkit's types.</summary>
    public KnownTypes Types { get; } = new(compilation);

    /// <summary>The modules with an adapter that a class holds and its <c>Forward</c> never reaches.</summary>
    public IEnumerable<Child> Unreached(INamedTypeSymbol type) =>
        ReachedBy(type) is { } reached ? ChildDiscovery.ChildrenOf(type, Types).Where(child => !child.Member.IsOverride && !reached.Contains(child.Member) && Holds(child.ModuleType, [])) : [];

    /// <summary>Whether a class is a model of its own, or a part of none, and nothing that its <c>Forward</c> reaches would train, though it holds what could.</summary>
    public bool TrainsNothing(INamedTypeSymbol type) =>
        !type.IsAbstract && (Types.IsLanguageModel(type) || !IsPart(type)) && Holds(type, []) && !Trains(type, []);

    /// <summary>Whether every model that a class is a part of trains nothing, which is said of the model.</summary>
    public bool IsOnlyInModelsThatTrainNothing(INamedTypeSymbol type)
    {
        INamedTypeSymbol[] owners = [.. _models.Value.Where(model => SymbolEqualityComparer.Default.Equals(model, type) || Contains(model, type, []))];
        INamedTypeSymbol[] roots = [.. owners.Where(model => Types.IsLanguageModel(model) || !IsPart(model))];
        return roots.Length > 0 && roots.All(TrainsNothing);
    }

    private static IEnumerable<INamedTypeSymbol> ModelsOf(Compilation compilation)
    {
        Stack<INamespaceOrTypeSymbol> rest = new([compilation.Assembly.GlobalNamespace]);
        while (rest.Count > 0)
        {
            INamespaceOrTypeSymbol current = rest.Pop();
            foreach (INamespaceOrTypeSymbol member in current.GetMembers().OfType<INamespaceOrTypeSymbol>())
                rest.Push(member);
            if (current is INamedTypeSymbol { TypeKind: TypeKind.Class } type && KnownTypes.IsMarkedModel(type))
                yield return type;
        }
    }

    private bool IsPart(INamedTypeSymbol type) => _models.Value.Any(model =>
        SymbolEqualityComparer.Default.Equals(model.BaseType, type) || ChildDiscovery.ChildrenOf(model, Types).Any(child => SymbolEqualityComparer.Default.Equals(child.ModuleType, type)));

    private bool Contains(ITypeSymbol holder, INamedTypeSymbol type, HashSet<ITypeSymbol> seen) =>
        seen.Add(holder) && ChildDiscovery.ChildrenOf(holder, Types).Any(child => SymbolEqualityComparer.Default.Equals(child.ModuleType, type) || Contains(child.ModuleType, type, seen));

    /// <summary>Whether a module has an adapter, itself or in a part.</summary>
    private bool Holds(ITypeSymbol type, HashSet<string> seen)
    {
        if (!seen.Add(type.ToDisplayString()))
            return false;
        for (ITypeSymbol? current = type; current is not null && !Types.IsToolkitBase(current); current = current.BaseType)
        {
            if (KnownTypes.HasAttribute(current, LayerDiscovery.LowRankAttribute) || ChildDiscovery.ChildrenOf(current, Types).Any(child => Holds(child.ModuleType, seen)))
                return true;
        }

        return false;
    }

    /// <summary>Whether something that a module's <c>Forward</c> reaches trains, or may.</summary>
    private bool Trains(ITypeSymbol type, HashSet<string> seen)
    {
        if (!seen.Add(type.ToDisplayString()))
            return false;
        if (type.IsAbstract || type is not INamedTypeSymbol named || KnownTypes.HasAttribute(type, LayerDiscovery.LowRankAttribute))
            return true;
        HashSet<ISymbol>? reached = ReachedBy(named);
        for (ITypeSymbol? current = type; current is not null && !Types.IsToolkitBase(current); current = current.BaseType)
        {
            if (!Types.IsOfToolkit(current) && current.GetMembers("Parameters").Length > 0)
                return true;
            foreach (Child child in ChildDiscovery.ChildrenOf(current, Types))
            {
                bool isReached = reached is null || child.Member.IsOverride || !SymbolEqualityComparer.Default.Equals(current, type) || reached.Contains(child.Member);
                if (isReached && (child.Spec.IsTrainable || Trains(child.ModuleType, seen)))
                    return true;
            }
        }

        return false;
    }

    /// <summary>The members that <c>Forward</c> reaches; null where the class does not write it itself.</summary>
    private HashSet<ISymbol>? ReachedBy(INamedTypeSymbol type) => _reached.GetOrAdd(type, Walk);

    private HashSet<ISymbol>? Walk(INamedTypeSymbol type)
    {
        Queue<SyntaxNode> bodies = new(type.GetMembers("Forward").OfType<IMethodSymbol>().Where(method => !method.IsAbstract).SelectMany(Declarations));
        if (bodies.Count == 0)
            return null;
        HashSet<string> names = [];
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
            names.UnionWith(current.MemberNames);
        HashSet<ISymbol> reached = new(SymbolEqualityComparer.Default);
        while (bodies.Count > 0)
        {
            SyntaxNode body = bodies.Dequeue();
            SemanticModel model = compilation.GetSemanticModel(body.SyntaxTree);
            foreach (SimpleNameSyntax name in body.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
            {
                if (!names.Contains(name.Identifier.ValueText) || IsDropped(name))
                    continue;
                SymbolInfo info = model.GetSymbolInfo(name);
                foreach (ISymbol symbol in info.Symbol is { } found ? [found] : info.CandidateSymbols)
                {
                    if (symbol.ContainingType is null || !IsOf(type, symbol.ContainingType) || !reached.Add(symbol.OriginalDefinition))
                        continue;
                    foreach (SyntaxNode next in symbol is IMethodSymbol or IPropertySymbol ? Declarations(symbol).Concat(GivenTo(symbol)) : GivenTo(symbol))
                        bodies.Enqueue(next);
                }
            }
        }

        return reached;
    }

    /// <summary>
    /// Whether what a member gives goes nowhere: a layer's result that is dropped or kept in a local that nothing reads, or a list
    /// whose elements a loop does not use.
    /// </summary>
    private static bool IsDropped(SimpleNameSyntax name)
    {
        SyntaxNode node = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } self ? self : name;
        if (node.Parent is ForEachStatementSyntax loop && loop.Expression == node)
            return !IsRead(loop.Identifier.ValueText, loop.Statement);
        if (node.Parent is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Forward", Parent: InvocationExpressionSyntax call })
            return false;
        return call.Parent switch
        {
            ExpressionStatementSyntax => true,
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" }, Parent: ExpressionStatementSyntax } => true,
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator } => declarator.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } method && !IsRead(declarator.Identifier.ValueText, method),
            _ => false,
        };
    }

    private static bool IsRead(string variable, SyntaxNode scope) =>
        scope.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == variable && !(name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)));

    private static IEnumerable<SyntaxNode> Declarations(ISymbol symbol) => symbol.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).Where(node => node is MemberDeclarationSyntax or LocalFunctionStatementSyntax);

    /// <summary>The expressions that a member is assigned in its class, and the statements that fill it.</summary>
    private static IEnumerable<SyntaxNode> GivenTo(ISymbol member)
    {
        if (member is not IFieldSymbol and not IPropertySymbol)
            yield break;
        foreach (SyntaxReference reference in member.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax() is VariableDeclaratorSyntax { Initializer: { } initializer })
                yield return initializer;
        }

        foreach (SyntaxReference reference in member.ContainingType.DeclaringSyntaxReferences)
        {
            foreach (SimpleNameSyntax name in reference.GetSyntax().DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.Identifier.ValueText == member.Name))
            {
                SyntaxNode? statement = name.Ancestors().FirstOrDefault(node => node is AssignmentExpressionSyntax or InvocationExpressionSyntax);
                bool isInConstructor = name.Ancestors().Any(node => node is ConstructorDeclarationSyntax);
                if (statement is not null && isInConstructor)
                    yield return statement;
            }
        }
    }

    private static bool IsOf(INamedTypeSymbol type, INamedTypeSymbol declaring)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, declaring.OriginalDefinition))
                return true;
        }

        return false;
    }
}
