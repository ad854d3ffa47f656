using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>What every annotated class must be, so that the generator can write its other half (ADT0001).</summary>
internal static class DeclarationRules
{
    /// <summary>What is said of classes to which the generator could add its half if they were partial.</summary>
    public const string NotPartial = "is not partial";

    /// <summary>The attributes of which a layer carries one at least.</summary>
    public static IReadOnlyList<string> LayerAttributes { get; } =
        [RuntimeNames.LowRankAttribute, RuntimeNames.FrozenAttribute, RuntimeNames.QuantizedAttribute];

    /// <summary>Finds what is wrong with the declaration of a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="types">The toolkit's types.</param>
    /// <param name="isLayer">Whether it must be a <c>Linear</c>; otherwise it is a model.</param>
    public static IEnumerable<DiagnosticSpec> Check(INamedTypeSymbol type, KnownTypes types, bool isLayer)
    {
        if (!IsPartial(type))
            yield return Problem(type, $"{NotPartial}, so that the generator can't add its half; mark it partial");
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (!IsPartial(outer))
                yield return Problem(
                    type, $"is nested in {outer.Name}, which {NotPartial}, so that the generator can't add its half; mark {outer.Name} partial");
        }

        if (type.IsStatic)
            yield return Problem(type, "is static and can't hold weights; make it a class of objects");
        if (type.IsFileLocal)
            yield return Problem(type, "is local to its file, where the generator can't add its half; take 'file' off");
        if (!isLayer && !types.DerivesFromModule(type) && !KnownTypes.IsMarkedModel(type.BaseType)
            && type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } other)
            yield return Problem(type, $"derives from {other.Name}, which is no Module, so that no model can hold it; derive from Module, or from no class");
        if (isLayer && !type.IsStatic && type.BaseType is not { TypeKind: TypeKind.Error } && !types.IsLinear(type))
            yield return Problem(type, "does not derive from Linear, so that it has no weight to put an adapter beside; derive from Linear");
        if (isLayer && KnownTypes.HasAttribute(type, RuntimeNames.LowRankAttribute) && KnownTypes.HasAttribute(type, RuntimeNames.FrozenAttribute))
            yield return Problem(type, "is marked both [LowRank] and [Frozen], of which one trains it and the other does not; take one off");
        if (isLayer && KnownTypes.HasAttribute(type, RuntimeNames.AdapterModelAttribute))
            yield return Problem(type, "is a layer and marked [AdapterModel], which is for classes made of layers; take [AdapterModel] off");
    }

    /// <summary>Finds a layer that carries none of the attributes, nor derives from one that does: no kernels are written for it.</summary>
    public static IEnumerable<DiagnosticSpec> CheckUnmarked(INamedTypeSymbol type, KnownTypes types)
    {
        if (type.IsAbstract || !types.IsLinear(type) || types.IsToolkitBase(type))
            yield break;
        for (INamedTypeSymbol? current = type; current is not null && !types.IsToolkitBase(current); current = current.BaseType)
        {
            if (IsMarkedLayer(current) || current.GetMembers(RuntimeNames.Members.KernelSets).Length > 0)
                yield break;
        }

        yield return Problem(
            type,
            "derives from Linear, but neither it nor a class that it derives from is marked [LowRank], [Quantized] or [Frozen], "
                + "so that it has no kernels; mark it");
    }

    /// <summary>Whether a class carries one of the attributes of layers.</summary>
    public static bool IsMarkedLayer(INamedTypeSymbol type) => LayerAttributes.Any(attribute => KnownTypes.HasAttribute(type, attribute));

    /// <summary>Where a class's name is declared.</summary>
    public static LocationSpec NameLocation(ISymbol symbol) => LocationSpec.From(symbol.Locations.FirstOrDefault() ?? Location.None);

    private static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Any(
        reference => reference.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static DiagnosticSpec Problem(INamedTypeSymbol type, string problem) =>
        new("ADT0001", NameLocation(type), new EquatableArray<string>([type.Name, problem]));
}
