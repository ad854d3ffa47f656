using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the products of linear layers on the CPU. Their kernels are written over a weight, a rank and vectors, and emitted once for
/// an assembly; a set of kernels binds them to its format and its rank.
/// </summary>
internal static class LinearCpuEmitter
{
    /// <summary>The files with the kernels of an assembly. Each has a name to tell it from the others.</summary>
    public static IEnumerable<(string Name, string Text)> EmitKernels(
        IReadOnlyCollection<LinearConfiguration> configurations, string space, CancellationToken cancellation)
    {
        if (configurations.Count == 0)
            yield break;
        KernelNeeds needs = KernelNeeds.Of(configurations);
        yield return ("Cpu", CpuText.File(
            space,
            shape: null,
            writer =>
            {
                writer.Line("/// <summary>The products of linear layers on the CPU, written over the weight, the rank and the vectors.</summary>");
                writer.Line(GeneratedCode.Attribute);
                writer.Open($"internal static partial class {CpuText.KernelsClass}");
                KernelParametersPrinter.Print(writer, needs);
                CpuText.Members(writer, ProductsPrinter.Members(needs));
                writer.Close();
            },
            cancellation));
        yield return ("Cpu.Loops", CpuText.KernelsFile(
            space,
            shape: null,
            cancellation,
            [
                ForwardLoopPrinter.Print(Product.Forward(needs.Described), needs),
                InputGradientLoopPrinter.Print(Product.InputGradient(needs.Described), needs),
                .. TermPrinter.All(needs).SelectMany(term => term.Members),
                PackingPrinter.Text,
                .. PackedWeightPrinter.Members(needs),
            ]));
        yield return ("Cpu.Tiles", CpuText.KernelsFile(
            space, shape: null, cancellation, needs.IsPacked ? [CodesPrinter.Interface(needs), TilePrinter.AnyWidth(needs)] : [TilePrinter.AnyWidth(needs)]));
        foreach (VectorShape shape in VectorShape.All)
            yield return ($"Cpu.{shape.Name}", CpuText.KernelsFile(space, shape, cancellation, VectorsPrinter.Print(needs, shape)));
        if (needs.HasLowRank)
            yield return ("Cpu.Factors", CpuText.KernelsFile(space, shape: null, cancellation, new FactorPrinter(needs).Print(), FactorPrinter.Sum));
        if (needs.IsPacked)
        {
            yield return ("Cpu.Formats", CpuText.KernelsFile(
                space, shape: null, cancellation, [.. FormatPrinter.Members(needs), .. QuantizePrinter.Loops(needs)]));
        }
    }

    /// <summary>A set's part for the CPU, which binds the kernels to its format and its rank.</summary>
    public static string EmitSet(LinearConfiguration configuration, string space, CancellationToken cancellation)
    {
        string kernels = $"global::{space}.{CpuText.KernelsClass}", rank = $"{kernels}.{KernelParametersPrinter.RankType(configuration.Rank)}";
        string weight = configuration.Stored.IsPacked ? configuration.Stored.Name : "FullPrecision";
        return CpuText.File(
            space,
            shape: null,
            writer =>
            {
                writer.Open($"partial class {configuration.ClassName}");
                CpuText.Members(writer, SetPrinter.Members(configuration));
                writer.Close();
            },
            cancellation,
            $"using Products = {kernels}.Products<{kernels}.{weight}, {rank}>;",
            $"using Kernels = {kernels};",
            $"using Factors = {kernels}.FactorProducts<{rank}>;");
    }
}
