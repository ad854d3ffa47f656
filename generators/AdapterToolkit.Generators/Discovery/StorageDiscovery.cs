using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>Reads how a layer's <c>[Quantized]</c> stores its weight.</summary>
internal static class StorageDiscovery
{
    /// <summary>The numbers that each value of <c>QuantizationFormat</c> stands for, and their bits; the first one is the default of the bits.</summary>
    private static readonly (StoredNumbers? Numbers, int Bits)[] s_formats =
    [
        (null, 0),
        (StoredNumbers.NF4, 4),
        (StoredNumbers.FP4, 4),
        (StoredNumbers.Dynamic8, 8),
        (StoredNumbers.BFloat16, 16),
        (StoredNumbers.Float16, 16),
    ];

    /// <summary>The format that a class asks for: float32 without <c>[Quantized]</c>, and null where the attribute is wrong.</summary>
    public static StoredFormat? Read(INamedTypeSymbol type)
    {
        AttributeData? attribute = KnownTypes.Attributes(type, KnownTypes.QuantizedAttribute).FirstOrDefault();
        if (attribute is null)
            return StoredFormat.FullPrecision;
        if (NumbersOf(attribute) is not { } numbers)
            return null;
        int bits = BitsOf(attribute);
        int blockSize = Argument(attribute, "BlockSize") is int size and not 0 ? size : bits == 4 ? 64 : 256;
        bool doubleQuantized = Argument(attribute, "DoubleQuantized") as bool? ?? true;
        return bits == 16
            ? new StoredFormat(numbers, 0, false)
            : new StoredFormat(numbers, blockSize, bits == 4 && doubleQuantized);
    }

    /// <summary>The bits that an attribute gives.</summary>
    public static int BitsOf(AttributeData attribute) => attribute.ConstructorArguments is [{ Value: int bits }, ..] ? bits : 0;

    /// <summary>The numbers that an attribute asks for; null where its format and its bits do not belong together.</summary>
    public static StoredNumbers? NumbersOf(AttributeData attribute)
    {
        int bits = BitsOf(attribute);
        int format = Argument(attribute, "Format") is int value ? value : 0;
        if (format == 0)
            return s_formats.FirstOrDefault(candidate => candidate.Bits == bits).Numbers;
        return format > 0 && format < s_formats.Length && s_formats[format].Bits == bits ? s_formats[format].Numbers : null;
    }

    private static object? Argument(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;
}
