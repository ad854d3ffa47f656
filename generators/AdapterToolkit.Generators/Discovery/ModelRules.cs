using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>What the modules of a model must be (ADT0005, ADT0202).</summary>
internal static class ModelRules
{
    /// <summary>Finds quantized layers that are marked trainable.</summary>
    public static IEnumerable<DiagnosticSpec> CheckTrainable(IEnumerable<Child> children)
    {
        foreach (Child child in children)
        {
            if (child.Spec.IsTrainable && KnownTypes.HasAttribute(child.ModuleType, KnownTypes.QuantizedAttribute))
                yield return new DiagnosticSpec("ADT0005", DeclarationRules.NameLocation(child.Member), new EquatableArray<string>([child.Member.Name, child.ModuleType.Name]));
        }
    }

    /// <summary>Finds a language model in which nothing would train.</summary>
    public static IEnumerable<DiagnosticSpec> CheckReach(INamedTypeSymbol type, KnownTypes types)
    {
        if (!type.IsAbstract && types.IsLanguageModel(type) && !MayTrain(type, types, new HashSet<ISymbol>(SymbolEqualityComparer.Default)))
            yield return new DiagnosticSpec("ADT0202", DeclarationRules.NameLocation(type), new EquatableArray<string>([type.Name]));
    }

    /// <summary>
    /// Whether a module, or one below it, has an adapter or is marked trainable. One whose class is not known in full (abstract,
    /// or a type parameter) may.
    /// </summary>
    private static bool MayTrain(ITypeSymbol type, KnownTypes types, HashSet<ISymbol> seen)
    {
        if (!seen.Add(type))
            return false;
        if (type.IsAbstract || type is not INamedTypeSymbol || KnownTypes.HasAttribute(type, LayerDiscovery.LowRankAttribute))
            return true;
        for (ITypeSymbol? current = type; current is not null && !types.IsToolkitBase(current); current = current.BaseType)
        {
            foreach (Child child in ChildDiscovery.ChildrenOf(current, types))
            {
                if (child.Spec.IsTrainable || MayTrain(child.ModuleType, types, seen))
                    return true;
            }
        }

        return false;
    }
}
