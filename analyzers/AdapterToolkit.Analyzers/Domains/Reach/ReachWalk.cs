using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <summary>
/// Finds the members of a model whose values flow into what its <c>Forward</c> returns, or into anything else that outlives the
/// call: backwards from there, through locals, helper methods, properties, lambdas, and through what the members that are read
/// were given. What is computed and dropped, or overwritten before it is read, or never run, reaches nothing.
/// </summary>
internal sealed partial class ReachWalk
{
    private const string Forward = "Forward";
    private static readonly string[] s_membersThatListAll = ["Children", "SelfAndDescendants"];

    private readonly INamedTypeSymbol _type;
    private readonly INamedTypeSymbol[] _derived;
    private readonly Compilation _compilation;
    private readonly KnownTypes _types;
    private readonly HashSet<ISymbol> _reached = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _foreign = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<(ISymbol Method, bool IsDemanded), HashSet<object>?> _bodies = [];

    /// <summary>What members and variables are given; null until some module is found to be missing.</summary>
    private AssignedValues? _assigned;

    private ReachWalk(INamedTypeSymbol type, INamedTypeSymbol[] derived, Compilation compilation, KnownTypes types)
    {
        _type = type;
        _derived = derived;
        _compilation = compilation;
        _types = types;
    }

    /// <summary>Whether the class runs code that can't be followed, so that any of its members may be reached.</summary>
    public bool MayReachAll { get; private set; }

    /// <summary>Whether a part of that code does not compile.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Members of other models that the class runs itself, past their <c>Forward</c>.</summary>
    public IReadOnlyCollection<ISymbol> Foreign => _foreign;

    /// <summary>Whether a member is reached.</summary>
    public bool Reaches(ISymbol member) => MayReachAll || _reached.Contains(member.OriginalDefinition);

    /// <summary>Walks a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="models">The models of the compilation, those that derive from the class among them.</param>
    /// <param name="isOfInterest">Whether it matters that a module is reached.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="types">The toolkit's types.</param>
    /// <returns>What is reached; null where the class has no <c>Forward</c>, or is not finished.</returns>
    public static ReachWalk? Of(
        INamedTypeSymbol type, IEnumerable<INamedTypeSymbol> models, Func<Child, bool> isOfInterest, Compilation compilation, KnownTypes types)
    {
        INamedTypeSymbol[] chain = [.. ChainOf(type, types)];
        IMethodSymbol[] forwards = [.. chain.Select(current => current.GetMembers(Forward).OfType<IMethodSymbol>()
            .Where(method => !method.IsAbstract && method.DeclaringSyntaxReferences.Length > 0).ToArray()).FirstOrDefault(found => found.Length > 0) ?? []];
        if (forwards.Length == 0 || chain.Any(Unfinished.MayLackMembers))
            return null;
        ReachWalk walk = new(type,
            [.. models.Where(model => !SymbolEqualityComparer.Default.Equals(model, type) && KnownTypes.DerivesFrom(model, type))], compilation, types);
        foreach (IMethodSymbol forward in forwards)
            walk.Run(forward, isDemanded: true);
        foreach (IPropertySymbol property in chain.SelectMany(current => current.GetMembers().OfType<IPropertySymbol>())
            .Where(property => property.IsOverride && types.IsModule(property.Type)))
            walk.Reach(property);
        if (chain.SelectMany(current => ChildDiscovery.ChildrenOf(current, types)).Any(child => !walk.Reaches(child.Member) && isOfInterest(child)))
            walk.FollowAssignedValues(chain);
        return walk;
    }

    /// <summary>A class and those that it derives from, up to the toolkit's own.</summary>
    private static IEnumerable<INamedTypeSymbol> ChainOf(INamedTypeSymbol type, KnownTypes types)
    {
        for (INamedTypeSymbol? current = type;
            current is { SpecialType: not SpecialType.System_Object } && !types.IsToolkitBase(current); current = current.BaseType)
            yield return current.OriginalDefinition;
    }

    private bool IsOwn(ISymbol member) => member.ContainingType is { } declaring && KnownTypes.DerivesFrom(_type, declaring.OriginalDefinition);

    private void FollowAssignedValues(INamedTypeSymbol[] chain)
    {
        _assigned = new AssignedValues(chain, _compilation, _types);
        foreach (ISymbol member in _reached.ToArray())
            ReachAssignedValues(member);
        foreach (HashSet<object>? variables in _bodies.Values.ToArray())
        {
            foreach (ISymbol parameter in variables?.OfType<IParameterSymbol>().Where(IsOfConstructor).ToArray() ?? [])
                ReachAssignedValues(parameter);
        }
    }

    /// <summary>Gives up on code that the compiler does not understand.</summary>
    private void Break() => MayReachAll = IsBroken = true;

    /// <summary>Reaches a member of the class, and what it is made of.</summary>
    private void Reach(ISymbol member)
    {
        if (!_reached.Add(member.OriginalDefinition))
            return;
        if (member is IPropertySymbol property)
        {
            foreach (IPropertySymbol variant in VariantsOf(property).OfType<IPropertySymbol>())
            {
                _reached.Add(variant.OriginalDefinition);
                if (variant.GetMethod is { } getter)
                    Run(getter, isDemanded: true);
            }
        }

        ReachAssignedValues(member);
    }

    private static bool IsOfConstructor(ISymbol variable) => variable.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor };

    private void ReachAssignedValues(ISymbol target)
    {
        if (_assigned is null || !_assigned.Visit(target))
            return;
        foreach (IOperation value in _assigned.Of(target))
        {
            Body body = new(null, true);
            Demand(value, body);
            foreach (ISymbol variable in body.Live.OfType<ISymbol>())
                ReachAssignedValues(variable);
        }

        foreach (ISymbol same in _assigned.AliasesOf(target))
        {
            if (same is IFieldSymbol or IPropertySymbol)
                Reach(same);
            else
                ReachAssignedValues(same);
        }
    }

    /// <summary>What a virtual member may stand for in an object of the class, or of one that derives from it.</summary>
    private IEnumerable<ISymbol> VariantsOf(ISymbol member)
    {
        yield return member;
        if (!member.IsVirtual && !member.IsAbstract && !member.IsOverride)
            yield break;
        foreach (INamedTypeSymbol type in ChainOf(_type, _types).Concat(_derived.SelectMany(derived => ChainOf(derived, _types)))
            .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default))
        {
            foreach (ISymbol candidate in type.GetMembers(member.Name))
            {
                if (candidate.IsOverride && Overrides(candidate, member))
                    yield return candidate;
            }
        }
    }

    private static bool Overrides(ISymbol candidate, ISymbol member)
    {
        for (ISymbol? current = candidate; current is not null;
            current = current is IMethodSymbol method ? method.OverriddenMethod : (current as IPropertySymbol)?.OverriddenProperty)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, member.OriginalDefinition)
                && !SymbolEqualityComparer.Default.Equals(candidate, member))
                return true;
        }

        return false;
    }
}
