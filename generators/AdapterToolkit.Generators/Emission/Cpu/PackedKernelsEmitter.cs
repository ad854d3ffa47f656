using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits one variant of what reads and writes a packed W, in vectors of one width. What does not read W is inherited from the
/// set for float32, and so are the tiles that multiply what was decoded.
/// </summary>
internal static class PackedKernelsEmitter
{
    /// <summary>The name of the nested class that holds the variant.</summary>
    public static string ClassName(VectorShape shape) => $"Decoding{shape.Bits}Bits";

    public static string Emit(LinearConfiguration configuration, string space, VectorShape shape, CancellationToken cancellation)
    {
        Product forward = Product.Forward(configuration);
        StoredText stored = new(configuration.Stored, shape);
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        CpuText.Aliases(writer, shape, isPacked: true);
        writer.Open($"partial class {configuration.ClassName}");
        writer.Line($"/// <summary>The products, and W's way into the format and out of it, in vectors of {shape.Bits} bits.</summary>");
        writer.Open($"private static class {ClassName(shape)}");
        ForwardLoopEmitter.Emit(writer, forward, shape, stored);
        InputGradientLoopEmitter.Emit(writer, Product.InputGradient(configuration), shape, stored);
        stored.Emit(writer);
        DequantizeEmitter.Emit(writer, stored);
        new QuantizeEmitter(configuration.Stored, shape).Emit(writer);
        if (stored.DecodesInRegisters)
            new ProductTileEmitter(forward, shape).EmitDecoding(writer, stored);
        writer.Close();
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
