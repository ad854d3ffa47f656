using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>Tells whether a layer can be made from its dimensions alone, as models that are generic in it make it.</summary>
internal static class FactoryDiscovery
{
    private static readonly (string Name, SpecialType Type)[] s_dimensions =
        [("inFeatures", SpecialType.System_Int32), ("outFeatures", SpecialType.System_Int32), ("bias", SpecialType.System_Boolean)];

    /// <summary>Whether a class has a constructor that is called with the dimensions, by the names of its parameters, and with nothing else.</summary>
    public static bool IsMadeFromDimensions(INamedTypeSymbol type) =>
        !type.IsAbstract && !type.IsStatic && type.InstanceConstructors.Any(Fits) && !HasRequiredMembers(type);

    private static bool Fits(IMethodSymbol constructor) =>
        !constructor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == nameof(ObsoleteAttribute))
        && s_dimensions.All(dimension => constructor.Parameters.Any(parameter =>
            parameter.Name == dimension.Name && parameter.Type.SpecialType == dimension.Type && parameter.RefKind == RefKind.None))
        && constructor.Parameters.All(parameter =>
            parameter.IsOptional || parameter.IsParams || s_dimensions.Any(dimension => dimension.Name == parameter.Name));

    /// <summary>Whether whoever makes an object must set members besides; a constructor that sets them is not looked at.</summary>
    private static bool HasRequiredMembers(INamedTypeSymbol type) => KnownTypes.SelfAndBases(type)
        .Any(current => current.GetMembers().Any(member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }));
}
