using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>Reads the annotations of a linear layer.</summary>
internal static class LayerDiscovery
{
    /// <summary>Reads the layer that an attribute stands on.</summary>
    /// <param name="type">The class.</param>
    /// <param name="attribute">Its <c>[LowRank]</c> or <c>[Frozen]</c>; its <c>[Quantized]</c> where that stands alone.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The layer; null where another of its attributes is the one to read it by.</returns>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static Discovered<LayerSpec>? Read(INamedTypeSymbol type, AttributeData attribute, Compilation compilation, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (attribute.AttributeClass?.ToDisplayString() == RuntimeNames.QuantizedAttribute
            && (KnownTypes.HasAttribute(type, RuntimeNames.LowRankAttribute) || KnownTypes.HasAttribute(type, RuntimeNames.FrozenAttribute)))
            return null;
        bool isLowRank = attribute.AttributeClass?.ToDisplayString() == RuntimeNames.LowRankAttribute;
        int rank = isLowRank && attribute.ConstructorArguments is [{ Value: int value }] ? value : 0;
        double alpha = 0;
        bool rankStabilized = false;
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument is { Key: RuntimeNames.Members.Alpha, Value.Value: double given })
                alpha = given;
            else if (argument is { Key: RuntimeNames.Members.RankStabilized, Value.Value: bool stabilized })
                rankStabilized = stabilized;
        }

        KnownTypes types = KnownTypes.Of(compilation);
        List<DiagnosticSpec> diagnostics = [.. DeclarationRules.Check(type, types, isLayer: true), .. LayerRules.CheckStorage(type)];
        if (isLowRank)
            diagnostics.AddRange(LayerRules.CheckRank(type, attribute, rank, compilation, cancellation));
        LayerSpec spec = new(
            TypeDiscovery.Read(type),
            rank,
            alpha == 0 ? rank : alpha,
            rankStabilized,
            StorageDiscovery.Read(type) ?? StoredFormat.FullPrecision,
            FactoryDiscovery.IsMadeFromDimensions(type) && !types.IsLinearFactory(type));
        return new Discovered<LayerSpec>(spec, new EquatableArray<DiagnosticSpec>(diagnostics));
    }
}
