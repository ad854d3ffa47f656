using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Pieces of text that the kernels for the CPU are made of.</summary>
internal static class CpuText
{
    /// <summary>What the kernels' files call by short names. They stand inside the namespace, where no name of the user's can meet them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="shape">The vectors; null for a file that uses none.</param>
    /// <param name="isPacked">Whether the kernels are those of a packed W, which also quantize.</param>
    public static void Aliases(SourceWriter writer, VectorShape? shape, bool isPacked)
    {
        writer.Line(RuntimeNames.Alias(RuntimeNames.CpuDevice));
        writer.Line(RuntimeNames.Alias(RuntimeNames.FrozenWeight));
        writer.Line(RuntimeNames.Alias(RuntimeNames.LowRankFactors));
        writer.Line(RuntimeNames.Alias(RuntimeNames.PackedWeight));
        writer.Line(RuntimeNames.Alias(RuntimeNames.ParallelWork));
        writer.Line(RuntimeNames.Alias(RuntimeNames.Sharing));
        writer.Line(RuntimeNames.Alias(RuntimeNames.Tensor));
        if (isPacked)
        {
            writer.Line(RuntimeNames.Alias(RuntimeNames.BlockNormalization));
            writer.Line(RuntimeNames.Alias(RuntimeNames.LargestMagnitude));
            writer.Line("using Numbers = global::System.ReadOnlySpan<float>;");
        }

        if (shape is null)
        {
            if (isPacked)
                writer.Line(RuntimeNames.Alias(RuntimeNames.NearestCodeTable));
            writer.Line(RuntimeNames.Alias(RuntimeNames.VectorWidth));
            writer.Line();
            return;
        }

        writer.Line("using Avx2 = global::System.Runtime.Intrinsics.X86.Avx2;");
        writer.Line("using Avx512F = global::System.Runtime.Intrinsics.X86.Avx512F;");
        if (isPacked)
        {
            writer.Line("using Bytes = global::System.Runtime.Intrinsics.Vector128<byte>;");
            writer.Line(RuntimeNames.Alias(RuntimeNames.FourBitCodes));
            foreach (VectorShape narrower in VectorShape.All.Where(narrower => narrower.Bits < shape.Bits))
                writer.Line($"using {narrower.Name} = global::System.Runtime.Intrinsics.{narrower.Name};");
        }

        writer.Line(RuntimeNames.Alias(RuntimeNames.Codebooks));
        writer.Line(RuntimeNames.Alias(RuntimeNames.FactorSums));
        writer.Line("using Math = global::System.Math;");
        writer.Line("using MemoryMarshal = global::System.Runtime.InteropServices.MemoryMarshal;");
        writer.Line("using MethodImpl = global::System.Runtime.CompilerServices.MethodImplAttribute;");
        writer.Line("using MethodImplOptions = global::System.Runtime.CompilerServices.MethodImplOptions;");
        writer.Line(RuntimeNames.Alias(RuntimeNames.RowTails));
        writer.Line(RuntimeNames.Alias(RuntimeNames.ScratchMemory));
        writer.Line(RuntimeNames.Alias(RuntimeNames.Tiles));
        writer.Line("using Unsafe = global::System.Runtime.CompilerServices.Unsafe;");
        writer.Line($"using {shape.Name} = global::System.Runtime.Intrinsics.{shape.Name};");
        writer.Line($"using Integers = global::System.Runtime.Intrinsics.{shape.Name}<int>;");
        writer.Line($"using ShortWords = global::System.Runtime.Intrinsics.{shape.Name}<ushort>;");
        writer.Line($"using Words = global::System.Runtime.Intrinsics.{shape.Name}<uint>;");
        writer.Line($"using Floats = global::System.Runtime.Intrinsics.{shape.Name}<float>;");
        writer.Line();
    }

    /// <summary>The first code of a packed weight, and from one panel to the next.</summary>
    public static string Codes(StoredText stored) => $$"""
        ref {{stored.Element}} codes = ref {{(stored.Element == "uint" ? "MemoryMarshal.GetReference(weight.CodeWords)" : $"Unsafe.As<uint, {stored.Element}>(ref MemoryMarshal.GetReference(weight.CodeWords))")}};
        nint panelElements = {{stored.PanelElements}};
        """;

    /// <summary>The number at a constant distance from a reference.</summary>
    public static string At(string reference, int offset) => offset == 0 ? reference : $"Unsafe.Add(ref {reference}, {offset})";

    /// <summary>A vector of constants.</summary>
    public static string Create(VectorShape shape, IEnumerable<float> values) => $"{shape.Name}.Create({string.Join(", ", values.Select(FloatLiteral.Of))})";

    /// <summary>The vector at a constant distance from a reference.</summary>
    public static string Load(VectorShape shape, string reference, int offset) =>
        offset == 0 ? $"{shape.Name}.LoadUnsafe(ref {reference})" : $"{shape.Name}.LoadUnsafe(ref {reference}, {offset})";

    /// <summary>Stores a vector at a constant distance from a reference.</summary>
    public static string Store(VectorShape shape, string vector, string reference, int offset) =>
        offset == 0 ? $"{shape.Name}.StoreUnsafe({vector}, ref {reference});" : $"{shape.Name}.StoreUnsafe({vector}, ref {reference}, {offset});";

    /// <summary>Moves a reference on.</summary>
    public static string Advance(string reference, string distance) => $"{reference} = ref Unsafe.Add(ref {reference}, {distance});";

    /// <summary>sum += left · right, fused where the processor can.</summary>
    public static string MultiplyAdd(VectorShape shape, string sum, string left, string right) =>
        $"{sum} = {shape.Name}.MultiplyAddEstimate({left}, {right}, {sum});";

    /// <summary>Ends a kernel's declaration with its size, and asks for full optimization at its first call.</summary>
    public static void Kernel(SourceWriter writer, string summary, string declaration)
    {
        writer.Line();
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        writer.Open(declaration);
    }
}
