using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the products of a set of linear kernels on the CPU: which work is given to the device's threads, in the variant
/// whose vectors the processor has.
/// </summary>
internal static class LinearCpuEmitter
{
    /// <summary>All files: this one, and one for each width of vectors. Each has a name to tell it from the others.</summary>
    public static IEnumerable<(string Name, string Text)> EmitFiles(LinearConfiguration configuration, string space, CancellationToken cancellation)
    {
        yield return ("Cpu", Emit(configuration, space, cancellation));
        foreach (VectorShape shape in VectorShape.All)
        {
            yield return ($"Cpu.{shape.Name}", configuration.Stored.IsPacked
                ? PackedKernelsEmitter.Emit(configuration, space, shape, cancellation)
                : VectorKernelsEmitter.Emit(configuration, space, shape, cancellation));
        }
    }

    private static string Emit(LinearConfiguration configuration, string space, CancellationToken cancellation)
    {
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        CpuText.Aliases(writer, shape: null, configuration.Stored.IsPacked);
        writer.Open($"partial class {configuration.ClassName}");
        Products(writer, configuration.Rank > 0, configuration.Stored.IsPacked);
        if (configuration.Stored.IsPacked)
            Codec(writer, configuration.Stored);
        else if (configuration.Rank > 0)
            Factors(writer, configuration.Rank);
        else
            NoFactors(writer);
        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    private static void Products(SourceWriter writer, bool hasLowRank, bool isPacked)
    {
        string weight = isPacked ? "weight.Packed" : "weight.Data";
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void Forward(CpuDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankFactors? factors, Tensor? u, Tensor y)");
        if (hasLowRank)
        {
            writer.Line("""
                if (factors is not null && u is not null)
                    Reduce(device, x, factors, u);
                """);
        }

        string forward = hasLowRank ? $"x, {weight}, bias?.Data, factors?.B.Value, factors?.Scaling ?? 0, u, y" : $"x, {weight}, bias?.Data, y";
        writer.Line("int workers = Sharing.Workers(device, x.Rows, y.Columns, x.Columns);");
        Run(writer, "Forward", forward, "workers", isPacked);
        writer.Close();
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void InputGradient(CpuDevice device, Tensor dy, FrozenWeight weight, LowRankFactors? factors, Tensor? v, Tensor dx)");
        if (hasLowRank)
        {
            writer.Line("""
                if (factors is not null && v is not null)
                    ReduceGradient(device, dy, factors, v);
                """);
        }

        writer.Line("int workers = Sharing.Workers(device, dy.Rows, dy.Columns, dx.Columns);");
        Run(writer, "InputGradient", hasLowRank ? $"dy, {weight}, v, factors?.A.Value, dx" : $"dy, {weight}, dx", "workers", isPacked);
        writer.Close();
    }

    /// <summary>W's way into the format and out of it.</summary>
    private static void Codec(SourceWriter writer, StoredFormat stored)
    {
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void Dequantize(CpuDevice device, PackedWeight weight, Tensor dense)");
        writer.Line("int workers = Sharing.Workers(device, weight.Shape.Rows, weight.Shape.Columns, 1);");
        Run(writer, "Dequantize", "weight, dense", "workers", isPacked: true);
        writer.Close();
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        if (stored.Bits == 8)
            writer.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]");
        writer.Open("protected override void QuantizeBlocks(Numbers values, global::System.Span<byte> codes, global::System.Span<float> maxima)");
        if (stored.Bits == 8)
            QuantizeEmitter.EightBits(writer, stored);
        else
            ChooseQuantizer(writer, stored.HasBlocks ? "values, codes, maxima" : "values, codes");
        writer.Close();
    }

    private static void ChooseQuantizer(SourceWriter writer, string arguments)
    {
        writer.Open("switch (VectorWidth.Bits)");
        foreach (VectorShape shape in VectorShape.All)
        {
            writer.Line(shape.Bits == 128 ? "default:" : $"case {shape.Bits}:");
            writer.Line($"    {PackedKernelsEmitter.ClassName(shape)}.Quantize({arguments});");
            writer.Line("    break;");
        }

        writer.Close();
    }

    private static void Factors(SourceWriter writer, int rank)
    {
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void ReduceGradient(CpuDevice device, Tensor dy, LowRankFactors factors, Tensor v)");
        writer.Line($"int workers = Sharing.Workers(device, dy.Rows, {rank}, dy.Columns);");
        Run(writer, "ReduceGradient", "dy, factors.B.Value, factors.Scaling, v", "workers");
        writer.Close();
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)");
        writer.Line($"FactorGradient(device, v, x, 1, false, factors.A.AccumulatedGradient);");
        writer.Line($"FactorGradient(device, u, dy, factors.Scaling, true, factors.B.AccumulatedGradient);");
        writer.Close();
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign)");
        writer.Line($"int workers = Sharing.Workers(device, {rank}, factors.B.Value.Rows, factors.A.Value.Columns);");
        Run(writer, "Merge", "weight.Data, factors.A.Value, factors.B.Value, sign * factors.Scaling", "workers");
        writer.Close();
        writer.Line();
        writer.Line("/// <summary>y = s·u Bᵀ with u = x Aᵀ: the adapter's term alone, without W.</summary>");
        writer.Open("internal static void LowRankTerm(CpuDevice device, Tensor x, LowRankFactors factors, Tensor u, Tensor y)");
        writer.Line("Reduce(device, x, factors, u);");
        writer.Line($"int workers = Sharing.Workers(device, y.Rows, y.Columns, {rank});");
        Run(writer, "Forward", "null, null, null, factors.B.Value, factors.Scaling, u, y", "workers");
        writer.Close();
        writer.Line();
        writer.Line("/// <summary>u = x Aᵀ.</summary>");
        writer.Open("private protected static void Reduce(CpuDevice device, Tensor x, LowRankFactors factors, Tensor u)");
        writer.Line($"int workers = Sharing.Workers(device, x.Rows, {rank}, x.Columns);");
        Run(writer, "Reduce", "x, factors.A.Value, u", "workers");
        writer.Close();
        writer.Line();
        writer.Line("/// <summary>gradient += scaling · byRankᵀ byFeature, or its transpose where the gradient is turned.</summary>");
        writer.Open("private static void FactorGradient(CpuDevice device, Tensor byRank, Tensor byFeature, float scaling, bool turns, Tensor gradient)");
        writer.Line($"int workers = Sharing.Workers(device, {rank}, byFeature.Columns, byFeature.Rows);");
        Run(writer, "FactorGradient", "byRank, byFeature, scaling, turns, gradient", "workers");
        writer.Close();
    }

    private static void NoFactors(SourceWriter writer)
    {
        Refuse("ReduceGradient(CpuDevice device, Tensor dy, LowRankFactors factors, Tensor v)");
        Refuse("FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)");
        Refuse("Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign)");

        void Refuse(string declaration)
        {
            writer.Line();
            writer.Line("/// <inheritdoc/>");
            writer.Line($"protected override void {declaration} =>");
            writer.Line("    throw new global::System.InvalidOperationException(\"A layer without [LowRank] has no adapter. Mark its class [LowRank] to give it one.\");");
        }
    }

    /// <summary>Gives the work of the processor's variant to the device's threads.</summary>
    private static void Run(SourceWriter writer, string work, string arguments, string workers, bool isPacked = false)
    {
        writer.Line("ParallelWork work = VectorWidth.Bits switch");
        writer.Line("{");
        foreach (VectorShape shape in VectorShape.All)
        {
            string pattern = shape.Bits == 128 ? "_" : $"{shape.Bits}";
            writer.Line($"    {pattern} => new {(isPacked ? PackedKernelsEmitter.ClassName(shape) : VectorKernelsEmitter.ClassName(shape))}.{work}({arguments}),");
        }

        writer.Line("};");
        writer.Line($"device.Workers.Run(work, {workers});");
    }
}
