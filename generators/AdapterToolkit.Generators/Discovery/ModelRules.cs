using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>What a model must be made of, so that something in it trains (ADT0202).</summary>
internal static class ModelRules
{
    /// <summary>Finds a model in which nothing would train: the root of a tree of modules, or a marked class that is no part of another.</summary>
    public static IEnumerable<DiagnosticSpec> CheckReach(INamedTypeSymbol type, KnownTypes types, Compilation compilation)
    {
        if (!type.IsAbstract
            && !MayTrain(type, types, new SeenTypes())
            && (types.IsRoot(type) || !IsPart(type, types, compilation)))
            yield return new DiagnosticSpec("ADT0202", DeclarationRules.NameLocation(type), new EquatableArray<string>([type.Name]));
    }

    /// <summary>Whether a class of the compilation holds a module of a type, or derives from it.</summary>
    private static bool IsPart(INamedTypeSymbol type, KnownTypes types, Compilation compilation)
    {
        Stack<INamespaceOrTypeSymbol> rest = new([compilation.Assembly.GlobalNamespace]);
        while (rest.Count > 0)
        {
            INamespaceOrTypeSymbol current = rest.Pop();
            foreach (INamespaceOrTypeSymbol member in current.GetMembers().OfType<INamespaceOrTypeSymbol>())
                rest.Push(member);
            if (current is INamedTypeSymbol { TypeKind: TypeKind.Class } holder && types.IsModule(holder)
                && (IsMadeOf(holder.BaseType) || ChildDiscovery.ChildrenOf(holder, types).Any(child => IsMadeOf(child.ModuleType))))
                return true;
        }

        return false;

        bool IsMadeOf(ITypeSymbol? other) => SymbolEqualityComparer.Default.Equals(other?.OriginalDefinition, type);
    }

    /// <summary>
    /// Whether a module, or one below it, has an adapter or is marked trainable. One whose class is not known in full (abstract,
    /// or a type parameter) may, and so may one outside the toolkit that has parameters of its own.
    /// </summary>
    private static bool MayTrain(ITypeSymbol type, KnownTypes types, SeenTypes seen)
    {
        if (!seen.Add(type))
            return false;
        if (type.IsAbstract || type is not INamedTypeSymbol || KnownTypes.HasAttribute(type, RuntimeNames.LowRankAttribute))
            return true;
        for (ITypeSymbol? current = type; current is not null && !types.IsToolkitBase(current); current = current.BaseType)
        {
            if (current.GetMembers(RuntimeNames.Members.Parameters).Length > 0)
                return true;
            foreach (Child child in ChildDiscovery.ChildrenOf(current, types))
            {
                if (child.Spec.IsTrainable || MayTrain(child.ModuleType, types, seen))
                    return true;
            }
        }

        return false;
    }
}
