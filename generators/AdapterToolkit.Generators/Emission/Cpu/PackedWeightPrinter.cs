using AdapterToolkit.Generators.Planning.Products;
using AdapterToolkit.Quantization;
using static AdapterToolkit.Generators.Emission.Cpu.CpuText;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints what reads a packed W as a whole: where its panels and scales are, and its way to float32.</summary>
internal static class PackedWeightPrinter
{
    /// <summary>A block's number, shifted by so many bits, is that of the scale that it shares with others.</summary>
    private static int NestedShift => PowerOfTwo.Logarithm(NumberFormat.NestedBlockSize);

    /// <summary>The members.</summary>
    public static IEnumerable<string> Members(KernelNeeds needs)
    {
        if (!needs.IsPacked)
            yield break;
        yield return Sizes;
        if (needs.HasBlocks)
            yield return Scales;
        yield return Dequantize(needs.HasBlocks);
    }

    private static string Sizes => Template.Text($$"""
        /// <summary>Bytes from one panel of W to the next.</summary>
        private static nint PanelBytes<TWeight>(int inFeatures)
            where TWeight : struct, IWeight =>
            TWeight.Bits == 4 ? (nint)((inFeatures + 7) / 8) * {{PanelWidth * sizeof(uint)}} : (nint)inFeatures * ({{PanelWidth / 8}} * TWeight.Bits);

        /// <summary>Bytes from the codes of one output feature to those of the next.</summary>
        private static int CodeBytes<TWeight>()
            where TWeight : struct, IWeight =>
            TWeight.Bits == 4 ? 4 : TWeight.Bits / 8;
        """);

    private static string Scales => Template.Text($$"""
        /// <summary>scales[i, lane] for some segments of input features, in each of which a panel's output features keep their blocks.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Scales<TWeight>(PackedWeight weight, int panel, int firstSegment, int segments, int segment, ref float scales)
            where TWeight : struct, IWeight
        {
            int inFeatures = weight.Shape.Columns;
            int width = Math.Min({{PanelWidth}}, weight.Shape.Rows - (panel * {{PanelWidth}}));
            ref byte codes = ref TWeight.DoubleQuantized ? ref MemoryMarshal.GetReference(weight.ScaleCodes!.SpanOf<byte>()) : ref Unsafe.NullRef<byte>();
            ref float maxima = ref MemoryMarshal.GetReference((TWeight.DoubleQuantized ? weight.NestedMaxima! : weight.Maxima!).Span);
            ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);
            float offset = TWeight.DoubleQuantized ? weight.Offset : 0;
            if (width < {{PanelWidth}})
                MemoryMarshal.CreateSpan(ref scales, segments * {{PanelWidth}}).Clear();
            for (int lane = 0; lane < width; lane++)
            {
                nint element = (((nint)(panel * {{PanelWidth}}) + lane) * inFeatures) + (firstSegment * segment);
                ref float scale = ref Unsafe.Add(ref scales, lane);
                for (nint left = segments; left > 0; left--)
                {
                    nint block = (nint)((nuint)element / (nuint)TWeight.BlockSize);
                    scale = TWeight.DoubleQuantized
                        ? (Unsafe.Add(ref map, (nint)Unsafe.Add(ref codes, block)) * Unsafe.Add(ref maxima, block >> {{NestedShift}})) + offset
                        : Unsafe.Add(ref maxima, block);
                    scale = ref Unsafe.Add(ref scale, {{PanelWidth}});
                    element += segment;
                }
            }
        }
        """);

    private static string Segments => Template.Text($$"""
        int segment = TWeight.BlockSize == 0 ? 1 : Tiles.GreatestCommonDivisor(inFeatures, TWeight.BlockSize);
        int segments = inFeatures / segment;
        ref float scales = ref ScratchMemory.Take(5, TWeight.BlockSize == 0 ? 0 : segments * {{PanelWidth}});
        """);

    private static string Dequantize(bool hasBlocks)
    {
        const string PanelScales = """
            if (TWeight.BlockSize > 0)
                Scales<TWeight>(weight, panel, 0, segments, segment, ref scales);
            """;
        string scales = hasBlocks ? "ref scales, 0, segment" : "ref Unsafe.NullRef<float>(), 0, 0";
        return Template.Text($$"""
            /// <summary>The numbers that W's codes stand for, shared by panels of W.</summary>
            internal sealed class Dequantize<TVectors, TWeight>(PackedWeight weight, Tensor dense) : ParallelWork
                where TVectors : struct, IVectors
                where TWeight : struct, IWeight
            {
                /// <inheritdoc/>
                public override void Run(int worker, int workers)
                {
                    int inFeatures = weight.Shape.Columns;
                    int panels = (weight.Shape.Rows + {{PanelWidth - 1}}) / {{PanelWidth}};
                    int end = ShareStart(panels, 1, worker + 1, workers);
                    ref byte codes = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(weight.CodeWords));
                    ref float numbers = ref MemoryMarshal.GetReference(dense.Span);
                    {{(hasBlocks ? Segments : string.Empty)}}
                    for (int panel = ShareStart(panels, 1, worker, workers); panel < end; panel++)
                    {
                        {{(hasBlocks ? PanelScales : string.Empty)}}
                        ref byte panelCodes = ref Unsafe.Add(ref codes, panel * PanelBytes<TWeight>(inFeatures));
                        ref float panelNumbers = ref Unsafe.Add(ref numbers, (nint)panel * inFeatures * {{PanelWidth}});
                        TVectors.Decode<TWeight>(ref panelCodes, {{scales}}, 0, inFeatures, ref panelNumbers);
                    }
                }
            }
            """);
    }
}
