using System.Globalization;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Quantization;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>What a layer's rank and storage must be (ADT0002, ADT0003, ADT0004).</summary>
internal static class LayerRules
{
    /// <summary>Finds what is wrong with the rank of a layer; nothing where the class has none.</summary>
    public static IEnumerable<DiagnosticSpec> CheckRank(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation) =>
        KnownTypes.Attributes(type, RuntimeNames.LowRankAttribute)
            .SelectMany(attribute =>
                attribute.ConstructorArguments is [{ Value: int rank }] ? CheckRank(type, attribute, rank, compilation, cancellation) : []);

    /// <summary>Finds what is wrong with a rank.</summary>
    /// <param name="type">The layer.</param>
    /// <param name="attribute">Its <c>[LowRank]</c>.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the reading of constructors.</param>
    public static IEnumerable<DiagnosticSpec> CheckRank(
        INamedTypeSymbol type, AttributeData attribute, int rank, Compilation compilation, CancellationToken cancellation)
    {
        LocationSpec location = LocationOf(attribute, type);
        if (rank <= 0)
        {
            yield return Found("ADT0002", location, type.Name, Text(rank), "is not positive, so that there is no adapter; raise it");
            yield break;
        }

        if (LayerSize.OfClass(type, compilation, cancellation) is not (int inFeatures, int outFeatures) || inFeatures <= 0 || outFeatures <= 0)
            yield break;
        if (rank >= Math.Min(inFeatures, outFeatures))
            yield return Found(
                "ADT0002",
                location,
                type.Name,
                Text(rank),
                $"is not below {Text(Math.Min(inFeatures, outFeatures))}, the smaller of its two dimensions, so that BA is no map of low rank; lower it");
        else if ((long)rank * ((long)inFeatures + outFeatures) >= (long)inFeatures * outFeatures)
            yield return Found(
                "ADT0003", location, type.Name, Text(rank), Text((long)rank * ((long)inFeatures + outFeatures)), Text((long)inFeatures * outFeatures));
    }

    /// <summary>Finds what is wrong with a <c>[Quantized]</c>.</summary>
    public static IEnumerable<DiagnosticSpec> CheckStorage(INamedTypeSymbol type)
    {
        foreach (AttributeData attribute in KnownTypes.Attributes(type, RuntimeNames.QuantizedAttribute))
        {
            LocationSpec location = LocationOf(attribute, type);
            int bits = StorageDiscovery.BitsOf(attribute);
            if (NumberFormat.UsualOf(bits) is null)
                yield return Found("ADT0004", location, type.Name, $"{Text(bits)} bits a weight are not supported; use {Listed(Bits, "or")}");
            else if (StorageDiscovery.NumbersOf(attribute) is null)
                yield return Found(
                    "ADT0004",
                    location,
                    type.Name,
                    $"the format does not have {Text(bits)} bits; {string.Join(", ", Bits.Select(FormatsOf))}");
            if (attribute.NamedArguments.FirstOrDefault(argument => argument.Key == RuntimeNames.Members.BlockSize).Value.Value is int block and not 0
                && !NumberFormat.IsBlockSize(block))
            {
                yield return Found(
                    "ADT0004",
                    location,
                    type.Name,
                    $"blocks of {Text(block)} weights are not supported; use a power of two from "
                        + $"{Text(NumberFormat.SmallestBlock)} to {Text(NumberFormat.LargestBlock)}");
            }
        }
    }

    /// <summary>The numbers of bits that formats have, in rising order.</summary>
    private static IEnumerable<string> Bits => NumberFormat.All.Select(format => format.Bits).Distinct().OrderBy(bits => bits).Select(bits => Text(bits));

    /// <summary>The formats with so many bits: "NF4 and FP4 have 4".</summary>
    private static string FormatsOf(string bits)
    {
        string[] names = [.. NumberFormat.All.Where(format => Text(format.Bits) == bits).Select(format => format.Name.ToString())];
        return $"{Listed(names, "and")} {(names.Length == 1 ? "has" : "have")} {bits}";
    }

    /// <summary>Words with commas between them and another word before the last.</summary>
    private static string Listed(IEnumerable<string> words, string last)
    {
        string[] all = [.. words];
        return all.Length == 1 ? all[0] : $"{string.Join(", ", all.Take(all.Length - 1))} {last} {all[all.Length - 1]}";
    }

    private static LocationSpec LocationOf(AttributeData attribute, INamedTypeSymbol type) =>
        attribute.ApplicationSyntaxReference is { } reference
            ? LocationSpec.From(Location.Create(reference.SyntaxTree, reference.Span))
            : DeclarationRules.NameLocation(type);

    private static DiagnosticSpec Found(string id, LocationSpec location, params string[] arguments) =>
        new(id, location, new EquatableArray<string>(arguments));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
