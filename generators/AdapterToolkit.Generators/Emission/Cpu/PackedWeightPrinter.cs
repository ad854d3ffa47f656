using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints what reads a packed W as a whole: where its panels and scales are, and its way to float32.</summary>
internal static class PackedWeightPrinter
{
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

    private const string Sizes = """
        /// <summary>Bytes from one panel of W to the next.</summary>
        private static nint PanelBytes<TWeight>(int inFeatures)
            where TWeight : struct, IWeight =>
            TWeight.Bits == 4 ? (nint)((inFeatures + 7) / 8) * 128 : (nint)inFeatures * (4 * TWeight.Bits);

        /// <summary>Bytes from the codes of one output feature to those of the next.</summary>
        private static int CodeBytes<TWeight>()
            where TWeight : struct, IWeight =>
            TWeight.Bits == 4 ? 4 : TWeight.Bits / 8;
        """;

    private const string Scales = """
        /// <summary>scales[i, lane] for some segments of input features, in each of which a panel's output features keep their blocks.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Scales<TWeight>(PackedWeight weight, int panel, int firstSegment, int segments, int segment, ref float scales)
            where TWeight : struct, IWeight
        {
            int inFeatures = weight.Shape.Columns;
            int width = Math.Min(32, weight.Shape.Rows - (panel * 32));
            ref float words = ref TWeight.DoubleQuantized ? ref MemoryMarshal.GetReference(weight.ScaleCodes!.Span) : ref Unsafe.NullRef<float>();
            ref byte codes = ref Unsafe.As<float, byte>(ref words);
            ref float maxima = ref MemoryMarshal.GetReference((TWeight.DoubleQuantized ? weight.NestedMaxima! : weight.Maxima!).Span);
            ref float map = ref MemoryMarshal.GetReference(Codebooks.Dynamic8);
            float offset = TWeight.DoubleQuantized ? weight.Offset : 0;
            if (width < 32)
                MemoryMarshal.CreateSpan(ref scales, segments * 32).Clear();
            for (int lane = 0; lane < width; lane++)
            {
                nint element = (((nint)(panel * 32) + lane) * inFeatures) + (firstSegment * segment);
                ref float scale = ref Unsafe.Add(ref scales, lane);
                for (nint left = segments; left > 0; left--)
                {
                    nint block = (nint)((nuint)element / (nuint)TWeight.BlockSize);
                    scale = TWeight.DoubleQuantized
                        ? (Unsafe.Add(ref map, (nint)Unsafe.Add(ref codes, block)) * Unsafe.Add(ref maxima, block >> 8)) + offset
                        : Unsafe.Add(ref maxima, block);
                    scale = ref Unsafe.Add(ref scale, 32);
                    element += segment;
                }
            }
        }
        """;

    private static string Dequantize(bool hasBlocks)
    {
        const string Segments = """
            int segment = TWeight.BlockSize == 0 ? 1 : Tiles.GreatestCommonDivisor(inFeatures, TWeight.BlockSize);
            int segments = inFeatures / segment;
            ref float scales = ref ScratchMemory.Take(5, TWeight.BlockSize == 0 ? 0 : segments * 32);
            """;
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
                    int panels = (weight.Shape.Rows + 31) / 32;
                    int end = ShareStart(panels, 1, worker + 1, workers);
                    ref byte codes = ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(weight.CodeWords));
                    ref float numbers = ref MemoryMarshal.GetReference(dense.Span);
                    {{(hasBlocks ? Segments : string.Empty)}}
                    for (int panel = ShareStart(panels, 1, worker, workers); panel < end; panel++)
                    {
                        {{(hasBlocks ? PanelScales : string.Empty)}}
                        ref byte panelCodes = ref Unsafe.Add(ref codes, panel * PanelBytes<TWeight>(inFeatures));
                        TVectors.Decode<TWeight>(ref panelCodes, {{scales}}, 0, inFeatures, ref Unsafe.Add(ref numbers, (nint)panel * inFeatures * 32));
                    }
                }
            }
            """);
    }
}
