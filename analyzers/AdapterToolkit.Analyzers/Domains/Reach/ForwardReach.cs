using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <summary>
/// Tells which of a model's modules its <c>Forward</c> reaches, and whether anything that it reaches trains. What can't be known,
/// since a class is not finished or does what can't be followed, counts as reached.
/// </summary>
internal sealed class ForwardReach(Compilation compilation)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, ReachWalk?> _walks = new(SymbolEqualityComparer.Default);
    private readonly Lazy<INamedTypeSymbol[]> _models = new(() => [.. ModelsOf(compilation)]);

    /// <summary>The toolkit's types.</summary>
    public KnownTypes Types { get; } = KnownTypes.Of(compilation);

    /// <summary>The modules with an adapter that a class holds and that neither its <c>Forward</c> nor other models' reach.</summary>
    public IEnumerable<Child> Unreached(INamedTypeSymbol type)
    {
        if (WalkOf(type) is not { } walk)
            return [];
        Child[] unreached = [.. ChildDiscovery.ChildrenOf(type, Types).Where(child => !child.Member.IsOverride
            && !walk.Reaches(child.Member) && Holds(child.ModuleType, new SeenTypes()))];
        return unreached.Where(child => !_models.Value.Any(model => WalkOf(model) is { } other
            && (other.Foreign.Contains(child.Member.OriginalDefinition, SymbolEqualityComparer.Default)
                || (KnownTypes.DerivesFrom(model, type) && other.Reaches(child.Member)))));
    }

    /// <summary>
    /// Whether a class is a model of its own, or a part of none, and nothing that its <c>Forward</c> reaches would train, though it holds what could.
    /// </summary>
    public bool TrainsNothing(INamedTypeSymbol type) =>
        !type.IsAbstract && (Types.IsRoot(type) || !IsPart(type)) && Holds(type, new SeenTypes()) && !Trains(type, new SeenTypes());

    /// <summary>Whether every model that a class is a part of trains nothing, which is said of the model.</summary>
    public bool IsOnlyInModelsThatTrainNothing(INamedTypeSymbol type)
    {
        INamedTypeSymbol[] owners =
            [.. _models.Value.Where(model => SymbolEqualityComparer.Default.Equals(model, type) || Contains(model, type, new SeenTypes()))];
        INamedTypeSymbol[] roots = [.. owners.Where(model => Types.IsRoot(model) || !IsPart(model))];
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

    /// <summary>Whether a verdict about a model depends on code that is not finished.</summary>
    public bool IsUnfinished(INamedTypeSymbol type) =>
        (!Types.IsRoot(type) && (compilation.SyntaxTrees.Any(Unfinished.HasSyntaxError) || _models.Value.Any(Unfinished.MayLackMembers)))
            || WalkOf(type) is { IsBroken: true } || DependsOnUnfinished(type, new SeenTypes());

    /// <summary>Whether a class, or one that it derives from or holds an object of, is not finished.</summary>
    private static bool DependsOnUnfinished(ITypeSymbol type, SeenTypes seen) => type switch
    {
        IArrayTypeSymbol array => DependsOnUnfinished(array.ElementType, seen),
        INamedTypeSymbol named when seen.Add(type) =>
            named.TypeArguments.Any(argument => DependsOnUnfinished(argument, seen))
            || (named.DeclaringSyntaxReferences.Length > 0
                && (Unfinished.MayLackMembers(named)
                    || (named.BaseType is { } above && DependsOnUnfinished(above, seen))
                    || named.GetMembers().Any(member => (member is IFieldSymbol field && DependsOnUnfinished(field.Type, seen))
                        || (member is IPropertySymbol property && DependsOnUnfinished(property.Type, seen))))),
        _ => false,
    };

    private bool IsPart(INamedTypeSymbol type) => _models.Value.Any(model =>
        IsOf(model.BaseType, type)
            || ChildDiscovery.ChildrenOf(model, Types).Any(child => IsOf(child.ModuleType, type)));

    /// <summary>Whether a type is a class, with whatever type arguments.</summary>
    private static bool IsOf(ITypeSymbol? type, INamedTypeSymbol definition) =>
        SymbolEqualityComparer.Default.Equals(type?.OriginalDefinition, definition.OriginalDefinition);

    private bool Contains(ITypeSymbol holder, INamedTypeSymbol type, SeenTypes seen) =>
        seen.Add(holder) && ChildDiscovery.ChildrenOf(holder, Types).Any(child => IsOf(child.ModuleType, type)
            || Contains(child.ModuleType, type, seen));

    /// <summary>Whether a module has an adapter, itself or in a part; one of a type parameter's class is made to have one.</summary>
    private bool Holds(ITypeSymbol type, SeenTypes seen)
    {
        if (!seen.Add(type))
            return false;
        if (type is ITypeParameterSymbol && Types.IsLinear(type))
            return true;
        foreach (ITypeSymbol current in KnownTypes.SelfAndBases(type).TakeWhile(current => !Types.IsToolkitBase(current)))
        {
            if (KnownTypes.HasAttribute(current, RuntimeNames.LowRankAttribute)
                || ChildDiscovery.ChildrenOf(current, Types).Any(child => Holds(child.ModuleType, seen)))
                return true;
        }

        return false;
    }

    /// <summary>Whether something that a module's <c>Forward</c> reaches trains, or may.</summary>
    private bool Trains(ITypeSymbol type, SeenTypes seen)
    {
        if (!seen.Add(type))
            return false;
        if (type.IsAbstract || type is not INamedTypeSymbol named || KnownTypes.HasAttribute(type, RuntimeNames.LowRankAttribute))
            return true;
        ReachWalk? walk = WalkOf(named);
        for (ITypeSymbol? current = type; current is not null && !Types.IsToolkitBase(current); current = current.BaseType)
        {
            if (current.GetMembers("Parameters").Length > 0)
                return true;
            foreach (Child child in ChildDiscovery.ChildrenOf(current, Types))
            {
                bool isReached = walk is null || child.Member.IsOverride || walk.Reaches(child.Member);
                if (isReached && (child.Spec.IsTrainable || Trains(child.ModuleType, seen)))
                    return true;
            }
        }

        return false;
    }

    private ReachWalk? WalkOf(INamedTypeSymbol type) =>
        _walks.GetOrAdd(type, type => ReachWalk.Of(
            type, _models.Value, child => child.Spec.IsTrainable || Holds(child.ModuleType, new SeenTypes()), compilation, Types));
}
