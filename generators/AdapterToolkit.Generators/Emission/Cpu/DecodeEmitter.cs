namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits how a piece of a panel is decoded into the first-level cache, where it serves many rows.</summary>
/// <param name="text">How codes turn into numbers.</param>
internal sealed class DecodeEmitter(StoredText text)
{
    private const int PanelWidth = 32;

    /// <summary>Emits the method.</summary>
    public void Emit(SourceWriter writer)
    {
        string scales = text.Stored.HasBlocks ? "ref float scales, int firstSegment, nint segment, " : string.Empty;
        CpuText.Kernel(
            writer,
            "decoded[i, lane]: the numbers of a panel for some input features.",
            $"private static void Decode(ref {text.Element} codes, {scales}nint first, nint count, ref float decoded)");
        if (!text.Stored.HasBlocks)
        {
            writer.Line(CpuText.Advance("codes", $"first * {PanelWidth}"));
            writer.Open("for (; count > 0; count--)");
            for (int lane = 0; lane < PanelWidth; lane += text.Shape.TileWidth)
            {
                string numbers = $"numbers{lane / text.Shape.TileWidth}";
                writer.Line($"ShortWords {numbers} = {CpuText.Load(text.Shape, "codes", lane)};");
                writer.Line(CpuText.Store(text.Shape, text.Widened(numbers, "Lower"), "decoded", lane));
                writer.Line(CpuText.Store(text.Shape, text.Widened(numbers, "Upper"), "decoded", lane + text.Shape.Lanes));
            }

            writer.Line(CpuText.Advance("codes", $"{PanelWidth}"));
            writer.Line(CpuText.Advance("decoded", $"{PanelWidth}"));
            writer.Close();
            writer.Close();
            return;
        }

        text.Constants(writer);
        if (text.Stored.Bits == 8)
            writer.Line("ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);");
        writer.Line("nint end = first + count;");
        writer.Open("while (first < end)");
        writer.Line($$"""
            nint number = first / segment;
            nint stop = Math.Min(end, (number + 1) * segment);
            ref float scale = ref Unsafe.Add(ref scales, (number - firstSegment) * {{PanelWidth}});
            """);
        for (int vector = 0; vector < PanelWidth / text.Shape.Lanes; vector++)
            writer.Line($"Floats scale{vector} = {CpuText.Load(text.Shape, "scale", vector * text.Shape.Lanes)};");
        writer.Open("for (; first < stop; first++)");
        if (text.Stored.Bits == 4)
            DecodeWords(writer);
        else
            DecodeBytes(writer);
        writer.Line(CpuText.Advance("decoded", $"{PanelWidth}"));
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private void DecodeWords(SourceWriter writer)
    {
        writer.Line($"ref uint words = ref Unsafe.Add(ref codes, (first >> 3) * {PanelWidth});");
        writer.Line("int shift = (int)(first & 7) * 4;");
        for (int vector = 0; vector < PanelWidth / text.Shape.Lanes; vector++)
        {
            writer.Line($"Floats numbers{vector} = {text.Numbers($"{CpuText.Load(text.Shape, "words", vector * text.Shape.Lanes)} >>> shift")};");
            writer.Line(CpuText.Store(text.Shape, $"numbers{vector} * scale{vector}", "decoded", vector * text.Shape.Lanes));
        }
    }

    private void DecodeBytes(SourceWriter writer)
    {
        writer.Line($$"""
            ref byte row = ref Unsafe.Add(ref codes, first * {{PanelWidth}});
            for (int lane = 0; lane < {{PanelWidth}}; lane += 4)
            {
                Unsafe.Add(ref decoded, lane) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane));
                Unsafe.Add(ref decoded, lane + 1) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 1));
                Unsafe.Add(ref decoded, lane + 2) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 2));
                Unsafe.Add(ref decoded, lane + 3) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + 3));
            }

            """);
        for (int vector = 0; vector < PanelWidth / text.Shape.Lanes; vector++)
            writer.Line(CpuText.Store(text.Shape, $"{CpuText.Load(text.Shape, "decoded", vector * text.Shape.Lanes)} * scale{vector}", "decoded", vector * text.Shape.Lanes));
    }
}
