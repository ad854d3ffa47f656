namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits how the scales of a panel's blocks are found, and decoded where they are in 8 bits.</summary>
internal static class BlockScalesEmitter
{
    private const int PanelWidth = 32;

    /// <summary>Emits the method.</summary>
    public static void Emit(SourceWriter writer, StoredText text)
    {
        writer.Line();
        writer.Line("/// <summary>scales[i, lane] for some segments of input features, in each of which a panel's output features keep their blocks.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        writer.Open("private static void Scales(PackedWeight weight, int panel, int firstSegment, int segments, int segment, ref float scales)");
        writer.Line($"int inFeatures = weight.Shape.Columns;");
        writer.Line($"int width = Math.Min({PanelWidth}, weight.Shape.Rows - (panel * {PanelWidth}));");
        if (text.Stored.DoubleQuantized)
        {
            writer.Line("""
                ref byte codes = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(weight.ScaleCodes!.SpanOf<uint>()));
                ref float maxima = ref MemoryMarshal.GetReference(weight.NestedMaxima!.Span);
                ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);
                float offset = weight.Offset;
                """);
        }
        else
        {
            writer.Line("ref float maxima = ref MemoryMarshal.GetReference(weight.Maxima!.Span);");
        }

        writer.Line($"""
            if (width < {PanelWidth})
                MemoryMarshal.CreateSpan(ref scales, segments * {PanelWidth}).Clear();
            """);
        writer.Open("for (int lane = 0; lane < width; lane++)");
        writer.Line($"nint element = (((nint)(panel * {PanelWidth}) + lane) * inFeatures) + (firstSegment * segment);");
        writer.Line("ref float scale = ref Unsafe.Add(ref scales, lane);");
        writer.Open("for (nint left = segments; left > 0; left--)");
        writer.Line($"nint block = element >> {PowerOfTwo.Logarithm(text.Stored.BlockSize)};");
        writer.Line(text.Stored.DoubleQuantized
            ? "scale = (Unsafe.Add(ref map, (nint)Unsafe.Add(ref codes, block)) * Unsafe.Add(ref maxima, block >> 8)) + offset;"
            : "scale = Unsafe.Add(ref maxima, block);");
        writer.Line(CpuText.Advance("scale", $"{PanelWidth}"));
        writer.Line("element += segment;");
        writer.Close();
        writer.Close();
        writer.Close();
    }
}
