using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints how a piece of a panel is decoded into the first-level cache, where it serves many rows.</summary>
/// <param name="needs">What the assembly needs.</param>
/// <param name="shape">The vectors.</param>
internal sealed class DecodePrinter(KernelNeeds needs, VectorShape shape)
{
    /// <summary>The method of the variant.</summary>
    public string Print() => Template.Text($$"""
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Decode<TWeight>(ref byte codes, ref float scales, int firstSegment, nint segment, nint first, nint count, ref float decoded)
            where TWeight : struct, IWeight
        {
            {{Codebook}}
            {{string.Join("\n\n", Parts())}}
        }
        """);

    /// <summary>Loads the codebook of 4 bits into the vectors that hold it; other formats have none.</summary>
    private IEnumerable<string> Codebook => shape.Codebook.Select((name, i) =>
        $"Floats {name} = TWeight.Bits == 4 ? {shape.Load("MemoryMarshal.GetReference(TWeight.Codebook)", i * shape.Lanes)} : Floats.Zero;");

    /// <summary>The numbers that words' lowest bits stand for.</summary>
    private string Decode(string words) => $"TWeight.Decode({words}{string.Concat(shape.Codebook.Select(name => $", {name}"))})";

    private IEnumerable<string> Parts()
    {
        if (needs.HasBits(16))
            yield return needs.HasBlocks ? ReturnAfterSixteenBits : SixteenBits;
        if (needs.HasBlocks)
            yield return Blocks;
    }

    private string ReturnAfterSixteenBits => Template.Text($$"""
        if (TWeight.Bits == 16)
        {
            {{SixteenBits}}
            return;
        }
        """);

    private string SixteenBits => Template.Text($$"""
        ref ushort numbers = ref Unsafe.Add(ref Unsafe.As<byte, ushort>(ref codes), first * {{CpuText.PanelWidth}});
        for (; count > 0; count--)
        {
            {{CpuText.Each(shape.VectorsOfPanel / 2, pair => $"""
                ShortWords numbers{pair} = {shape.Load("numbers", pair * shape.TileWidth)};
                {shape.Store(Decode($"{shape.Name}.WidenLower(numbers{pair})"), "decoded", pair * shape.TileWidth)}
                {shape.Store(Decode($"{shape.Name}.WidenUpper(numbers{pair})"), "decoded", (pair * shape.TileWidth) + shape.Lanes)}
                """)}}
            numbers = ref Unsafe.Add(ref numbers, {{CpuText.PanelWidth}});
            decoded = ref Unsafe.Add(ref decoded, {{CpuText.PanelWidth}});
        }
        """);

    private string Blocks => Template.Text($$"""
        nint end = first + count;
        while (first < end)
        {
            nint number = first / segment;
            nint stop = Math.Min(end, (number + 1) * segment);
            ref float scale = ref Unsafe.Add(ref scales, (number - firstSegment) * {{CpuText.PanelWidth}});
            {{CpuText.Each(shape.VectorsOfPanel, vector => $"Floats scale{vector} = {shape.Load("scale", vector * shape.Lanes)};")}}
            for (; first < stop; first++)
            {
                {{Numbers}}
                decoded = ref Unsafe.Add(ref decoded, {{CpuText.PanelWidth}});
            }
        }
        """);

    private string Numbers => !needs.HasBits(8) ? FourBits : !needs.HasBits(4) ? EightBits : Template.Text($$"""
        if (TWeight.Bits == 4)
        {
            {{FourBits}}
        }
        else
        {
            {{EightBits}}
        }

        """);

    private string FourBits => $"""
        ref uint words = ref Unsafe.Add(ref Unsafe.As<byte, uint>(ref codes), (first >> 3) * {CpuText.PanelWidth});
        int shift = (int)(first & 7) * 4;
        {string.Join("\n", CpuText.Each(shape.VectorsOfPanel, vector =>
            shape.Store($"{Decode($"{shape.Load("words", vector * shape.Lanes)} >>> shift")} * scale{vector}", "decoded", vector * shape.Lanes)))}
        """;

    private string EightBits => Template.Text($$"""
        ref float map = ref MemoryMarshal.GetReference(TWeight.Codebook);
        ref byte row = ref Unsafe.Add(ref codes, first * {{CpuText.PanelWidth}});
        for (int lane = 0; lane < {{CpuText.PanelWidth}}; lane += 4)
        {
            {{CpuText.Each(4, i => i == 0
                ? "Unsafe.Add(ref decoded, lane) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane));"
                : $"Unsafe.Add(ref decoded, lane + {i}) = Unsafe.Add(ref map, Unsafe.Add(ref row, lane + {i}));")}}
        }

        {{string.Join("\n", CpuText.Each(shape.VectorsOfPanel, vector =>
            shape.Store($"{shape.Load("decoded", vector * shape.Lanes)} * scale{vector}", "decoded", vector * shape.Lanes)))}}
        """);
}
