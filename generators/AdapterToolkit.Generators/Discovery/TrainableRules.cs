using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>What a member marked <c>[Trainable]</c> must be, so that the attribute has an effect (ADT0005, ADT0006).</summary>
internal static class TrainableRules
{
    /// <summary>Whether a class marks a member trainable.</summary>
    public static bool MarksAny(INamedTypeSymbol type) => type.GetMembers().Any(member => KnownTypes.HasAttribute(member, RuntimeNames.TrainableAttribute));

    /// <summary>Finds quantized layers that are marked trainable.</summary>
    public static IEnumerable<DiagnosticSpec> CheckQuantized(IEnumerable<Child> children)
    {
        foreach (Child child in children)
        {
            if (child.Spec.IsTrainable && IsQuantized(child.ModuleType))
                yield return Found("ADT0005", child.Member, child.ModuleType.Name);
        }
    }

    /// <summary>Finds other members that are marked trainable and hold nothing that can train, or that no module reads.</summary>
    public static IEnumerable<DiagnosticSpec> CheckWithoutWeight(INamedTypeSymbol type, KnownTypes types)
    {
        foreach (ISymbol member in type.GetMembers())
        {
            if (KnownTypes.HasAttribute(member, RuntimeNames.TrainableAttribute) && ProblemOf(member, types) is { } problem)
                yield return Found("ADT0006", member is IFieldSymbol { AssociatedSymbol: { } property } ? property : member, problem);
        }
    }

    private static string? ProblemOf(ISymbol member, KnownTypes types)
    {
        if (ChildDiscovery.TypeOf(member) is not { } memberType)
            return "is no property that can be read";
        ITypeSymbol moduleType = types.IsModule(memberType) ? memberType : types.ElementType(memberType) ?? memberType;
        if (moduleType.TypeKind == TypeKind.Error || IsQuantized(moduleType))
            return null;
        if (!types.IsModule(moduleType))
            return $"{memberType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} is no module, nor a list of modules";
        if (!types.MayTrainItself(moduleType))
            return $"{moduleType.Name} has no weight that can train";
        if (!types.IsModule(member.ContainingType))
            return $"{member.ContainingType.Name} is no module, so that nothing reads the attribute";
        return member.IsStatic || member.IsImplicitlyDeclared || !ChildDiscovery.IsPart(member)
            ? "it is no part of the model: put the attribute on a property or field of the object that holds the module"
            : null;
    }

    /// <summary>Whether a layer, or one that it derives from, is quantized.</summary>
    private static bool IsQuantized(ITypeSymbol type) =>
        KnownTypes.SelfAndBases(type).Any(current => KnownTypes.HasAttribute(current, RuntimeNames.QuantizedAttribute));

    private static DiagnosticSpec Found(string id, ISymbol member, string what) =>
        new(id, DeclarationRules.NameLocation(member), new EquatableArray<string>([member.Name, what]));
}
