namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits the way of a packed W to float32: panels of codes become panels of numbers.</summary>
internal static class DequantizeEmitter
{
    /// <summary>Emits the work.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="stored">How panels are decoded.</param>
    public static void Emit(SourceWriter writer, StoredText stored)
    {
        bool hasBlocks = stored.Stored.HasBlocks;
        writer.Line();
        writer.Line("/// <summary>The numbers that W's codes stand for, shared by panels of W.</summary>");
        writer.Open("internal sealed class Dequantize(PackedWeight weight, Tensor dense) : ParallelWork");
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int inFeatures = weight.Shape.Columns;
            int panels = (weight.Shape.Rows + 31) / 32;
            int end = ShareStart(panels, 1, worker + 1, workers);
            {{CpuText.Codes(stored)}}
            ref float numbers = ref MemoryMarshal.GetReference(dense.Span);
            """);
        if (hasBlocks)
        {
            writer.Line($"""
                int segment = Tiles.GreatestCommonDivisor(inFeatures, {stored.Stored.BlockSize});
                int segments = inFeatures / segment;
                ref float scales = ref ScratchMemory.Take(5, segments * 32);
                """);
        }

        writer.Open("for (int panel = ShareStart(panels, 1, worker, workers); panel < end; panel++)");
        if (hasBlocks)
            writer.Line("Scales(weight, panel, 0, segments, segment, ref scales);");
        writer.Line($"Decode(ref Unsafe.Add(ref codes, panel * panelElements), {(hasBlocks ? "ref scales, 0, segment, " : string.Empty)}0, inFeatures, ref Unsafe.Add(ref numbers, (nint)panel * inFeatures * 32));");
        writer.Close();
        writer.Close();
        writer.Close();
    }
}
