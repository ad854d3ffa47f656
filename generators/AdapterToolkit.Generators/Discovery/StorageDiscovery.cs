using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Quantization;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>Reads how a layer's <c>[Quantized]</c> stores its weight.</summary>
internal static class StorageDiscovery
{
    /// <summary>The format that a class asks for: float32 without <c>[Quantized]</c>, and null where the attribute is wrong.</summary>
    public static StoredFormat? Read(INamedTypeSymbol type)
    {
        AttributeData? attribute = KnownTypes.Attributes(type, RuntimeNames.QuantizedAttribute).FirstOrDefault();
        if (attribute is null)
            return StoredFormat.FullPrecision;
        if (NumbersOf(attribute) is not { } numbers)
            return null;
        if (!numbers.HasBlocks)
            return new StoredFormat(numbers.Name, 0, false);
        int blockSize = Argument(attribute, RuntimeNames.Members.BlockSize) is int size and not 0 ? size : numbers.UsualBlockSize;
        bool doubleQuantized = Argument(attribute, RuntimeNames.Members.DoubleQuantized) as bool? ?? true;
        return new StoredFormat(numbers.Name, blockSize, numbers.MayQuantizeScales && doubleQuantized);
    }

    /// <summary>The bits that an attribute gives.</summary>
    public static int BitsOf(AttributeData attribute) => attribute.ConstructorArguments is [{ Value: int bits }, ..] ? bits : 0;

    /// <summary>The numbers that an attribute asks for; null where its format and its bits do not belong together.</summary>
    public static NumberFormat? NumbersOf(AttributeData attribute)
    {
        int bits = BitsOf(attribute);
        QuantizationFormat name = Argument(attribute, RuntimeNames.Members.Format) is int value ? (QuantizationFormat)value : QuantizationFormat.Default;
        return name == QuantizationFormat.Default
            ? NumberFormat.UsualOf(bits)
            : NumberFormat.All.FirstOrDefault(format => format.Name == name && format.Bits == bits);
    }

    private static object? Argument(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;
}
