using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits one variant of a set of linear kernels: all of its products in vectors of one width.</summary>
internal static class VectorKernelsEmitter
{
    /// <summary>The name of the nested class that holds the variant.</summary>
    public static string ClassName(VectorShape shape) => $"With{shape.Bits}Bits";

    public static string Emit(LinearConfiguration configuration, string space, VectorShape shape, CancellationToken cancellation)
    {
        Product forward = Product.Forward(configuration);
        Product inputGradient = Product.InputGradient(configuration);
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        CpuText.Aliases(writer, shape, isPacked: false);
        writer.Open($"partial class {configuration.ClassName}");
        writer.Line($"/// <summary>The products in vectors of {shape.Bits} bits.</summary>");
        writer.Open($"private protected static class {ClassName(shape)}");
        ForwardLoopEmitter.Emit(writer, forward, shape, stored: null);
        InputGradientLoopEmitter.Emit(writer, inputGradient, shape, stored: null);
        int rank = configuration.Rank;
        if (rank > 0)
        {
            ReduceEmitter.Emit(writer, FactorProduct.Reduce(rank), FactorProduct.ReduceGradient(rank), shape);
            FactorGradientEmitter.Emit(writer, FactorProduct.GradientOfA(rank), FactorProduct.GradientOfB(rank), shape);
            MergeEmitter.Emit(writer, FactorProduct.Merge(rank), shape);
        }

        PackingEmitter.Emit(writer, shape);
        new ProductTileEmitter(forward, shape).Emit(writer);
        new ProductTileEmitter(inputGradient, shape).Emit(writer);
        writer.Close();
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
