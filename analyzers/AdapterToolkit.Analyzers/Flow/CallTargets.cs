using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Which bodies of a compilation a call can run: that of the method it names and, where that is virtual, abstract or an interface's, those of the methods
/// that override or implement it.
/// </summary>
internal sealed class CallTargets
{
    /// <summary>How many bodies of one call are followed at most; a method that has more is one of a framework, and says little about any.</summary>
    private const int MostTargets = 16;

    private static readonly ConditionalWeakTable<Compilation, CallTargets> s_known = new();

    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<IMethodSymbol>> _targets = new(SymbolEqualityComparer.Default);
    private readonly Lazy<INamedTypeSymbol[]> _types;
    private readonly Lazy<ILookup<INamedTypeSymbol, INamedTypeSymbol>> _derived;

    private CallTargets(Compilation compilation)
    {
        _compilation = compilation;
        _types = new(() => [.. TypesOf(compilation.Assembly.GlobalNamespace)]);
        _derived = new(() => _types.Value.SelectMany(type => BasesOf(type).Select(parent => (Base: parent.OriginalDefinition, Type: type)))
            .ToLookup(entry => entry.Base, entry => entry.Type, (IEqualityComparer<INamedTypeSymbol>)SymbolEqualityComparer.Default));
    }

    /// <summary>The targets of a compilation's calls.</summary>
    public static CallTargets Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new CallTargets(compilation));

    /// <summary>The methods with bodies in the compilation that a call can run.</summary>
    /// <param name="method">The method that it names.</param>
    /// <param name="receiver">The type of the object that it is called on, which has overrides of its own left out; null where that is not known.</param>
    public ImmutableArray<IMethodSymbol> Of(IMethodSymbol method, ITypeSymbol? receiver = null)
    {
        method = Bodies.DefinitionOf(method);
        ImmutableArray<IMethodSymbol> targets = _targets.GetOrAdd(method, Find);
        if (targets.Length > 0 && receiver is INamedTypeSymbol { TypeKind: TypeKind.Interface, IsGenericType: true } contract)
            return [.. targets.Where(target => MayImplement(target.ContainingType, contract))];
        return targets.Length < 2 || receiver is not INamedTypeSymbol { TypeKind: not TypeKind.Interface, DeclaringSyntaxReferences.Length: > 0 } type
            ? targets
            : [.. targets.Where(target => IsReachable(target, type.OriginalDefinition, targets))];
    }

    /// <summary>The method that a call runs on an object of a class, and of none derived from it.</summary>
    /// <param name="type">The class.</param>
    /// <param name="method">The method that the call names.</param>
    public static IMethodSymbol? On(INamedTypeSymbol type, IMethodSymbol method)
    {
        if (method.ContainingType is { TypeKind: TypeKind.Interface })
            return type.FindImplementationForInterfaceMember(method) as IMethodSymbol ?? method;
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            foreach (IMethodSymbol member in current.GetMembers(method.Name).OfType<IMethodSymbol>())
            {
                if (SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method.OriginalDefinition) || Overrides(member, method.OriginalDefinition))
                    return member;
            }
        }

        return method;
    }

    /// <summary>The types of the compilation that derive from a type, or implement it, without another one between.</summary>
    public IEnumerable<INamedTypeSymbol> DerivedFrom(INamedTypeSymbol type) => _derived.Value[type.OriginalDefinition];

    /// <summary>What a type derives from, and what it implements, itself; but for the base of all classes.</summary>
    public static ImmutableArray<INamedTypeSymbol> BasesOf(INamedTypeSymbol type) =>
        type.BaseType is { SpecialType: not SpecialType.System_Object } parent ? type.Interfaces.Add(parent) : type.Interfaces;

    /// <summary>Whether a call of a base class's method on an object of a type, or of one derived from it, can run a target.</summary>
    private static bool IsReachable(IMethodSymbol target, INamedTypeSymbol type, ImmutableArray<IMethodSymbol> targets)
    {
        if (DerivesFrom(target.ContainingType, type))
            return true;
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            foreach (IMethodSymbol inherited in targets)
            {
                if (SymbolEqualityComparer.Default.Equals(inherited.ContainingType, current.OriginalDefinition))
                    return SymbolEqualityComparer.Default.Equals(inherited, target);
            }
        }

        return false;
    }

    /// <summary>Whether a class may be that of an object which is declared as a generic interface of some types.</summary>
    private bool MayImplement(INamedTypeSymbol type, INamedTypeSymbol contract) =>
        type.IsGenericType || contract.TypeArguments.Any(argument => argument.TypeKind == TypeKind.TypeParameter)
            || !type.AllInterfaces.Any(known => SymbolEqualityComparer.Default.Equals(known.OriginalDefinition, contract.OriginalDefinition))
            || _compilation.HasImplicitConversion(type, contract);

    private ImmutableArray<IMethodSymbol> Find(IMethodSymbol method)
    {
        ImmutableArray<IMethodSymbol>.Builder targets = ImmutableArray.CreateBuilder<IMethodSymbol>();
        if (!method.IsAbstract && method.DeclaringSyntaxReferences.Length > 0)
            targets.Add(method);
        if (method.ContainingType is { TypeKind: TypeKind.Interface } contract)
            AddImplementations(targets, method, contract);
        else if ((method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed && method.ContainingType is { IsSealed: false })
            targets.AddRange(_types.Value.SelectMany(type => type.GetMembers(method.Name)).OfType<IMethodSymbol>()
                .Where(member => !member.IsAbstract && Overrides(member, method)));
        return targets.Count > MostTargets ? [] : targets.ToImmutable();
    }

    private void AddImplementations(ImmutableArray<IMethodSymbol>.Builder targets, IMethodSymbol method, INamedTypeSymbol contract)
    {
        HashSet<IMethodSymbol> seen = new(targets, SymbolEqualityComparer.Default);
        foreach (INamedTypeSymbol type in _types.Value)
        {
            if (type.TypeKind == TypeKind.Interface)
                continue;
            foreach (INamedTypeSymbol implemented in type.AllInterfaces)
            {
                if (!SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, contract))
                    continue;
                foreach (ISymbol member in implemented.GetMembers(method.Name))
                {
                    if (SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method)
                        && type.FindImplementationForInterfaceMember(member) is IMethodSymbol { IsAbstract: false } implementation
                        && implementation.OriginalDefinition is { DeclaringSyntaxReferences.Length: > 0 } definition
                        && seen.Add(Bodies.DefinitionOf(definition)))
                        targets.Add(Bodies.DefinitionOf(definition));
                }
            }
        }
    }

    private static bool Overrides(IMethodSymbol member, IMethodSymbol method)
    {
        for (IMethodSymbol? overridden = member.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, method))
                return true;
        }

        return false;
    }

    private static bool DerivesFrom(INamedTypeSymbol? type, INamedTypeSymbol other)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, other))
                return true;
        }

        return false;
    }

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceSymbol root)
    {
        Stack<INamespaceOrTypeSymbol> rest = new([root]);
        while (rest.Count > 0)
        {
            INamespaceOrTypeSymbol current = rest.Pop();
            if (current is INamedTypeSymbol type)
                yield return type;
            foreach (INamespaceOrTypeSymbol member in current.GetMembers().OfType<INamespaceOrTypeSymbol>())
                rest.Push(member);
        }
    }
}
