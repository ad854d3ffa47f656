using AdapterToolkit.Generators.Planning.Products;
using static AdapterToolkit.Generators.Emission.Cpu.CpuText;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the loops of dx = dy W + Σ v A over blocks of rows, blocks of the depth (the output features), input features and
/// tiles. The result of a block of rows is summed transposed, so that tiles store whole vectors, and turned once at the end.
/// A block of the depth is few panels, since the weights of one tile come from all of them: each panel is then read in
/// order, as one of a few streams that the processor fetches ahead when W is not in its caches. Where W is packed, the weights
/// of one tile are decoded into the first-level cache, where they serve all rows of the block.
/// </summary>
internal static class InputGradientLoopPrinter
{
    /// <summary>Prints the work.</summary>
    /// <param name="product">The product.</param>
    /// <param name="needs">What the assembly needs.</param>
    public static string Print(Product product, KernelNeeds needs)
    {
        TermText term = TermPrinter.LoopsOf(product);
        string packedWeight = needs.IsPacked ? "PackedWeight? packed, " : string.Empty;
        string codes = needs.IsPacked ? Codes : string.Empty;
        string scales = needs.HasBlocks ? Scales : string.Empty;
        string decode = needs.IsPacked ? Decode : string.Empty;
        return Template.Text($$"""
            /// <summary>{{product.Formula}}, shared by rows, or by input features where there are few rows.</summary>
            internal sealed class {{product.Name}}<TVectors, TWeight, TRank>(
                Tensor dy, Tensor? weight, {{packedWeight}}{{term.Parameters}}Tensor dx) : ParallelWork
                {{KernelParametersPrinter.AllConstraints}}
            {
                /// <inheritdoc/>
                public override void Run(int worker, int workers)
                {
                    int rows = dx.Rows;
                    int inFeatures = dx.Columns;
                    int outFeatures = dy.Columns;
                    bool sharesRows = rows >= 4 * TVectors.Width * workers;
                    int firstRow = sharesRows ? ShareStart(rows, TVectors.Width, worker, workers) : 0;
                    int endRow = sharesRows ? ShareStart(rows, TVectors.Width, worker + 1, workers) : rows;
                    int firstFeature = sharesRows ? 0 : ShareStart(inFeatures, TVectors.Height, worker, workers);
                    int endFeature = sharesRows ? inFeatures : ShareStart(inFeatures, TVectors.Height, worker + 1, workers);
                    int features = endFeature - firstFeature;
                    if (firstRow == endRow || features == 0)
                        return;

                    ref float dys = ref MemoryMarshal.GetReference(dy.Span);
                    ref float ws = ref weight is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(weight.Span);
                    ref float dxs = ref MemoryMarshal.GetReference(dx.Span);
                    {{term.References}}
                    ref float noBias = ref Unsafe.NullRef<float>();

                    int blocks = (outFeatures + {{product.CpuTiling.Depth - 1}}) / {{product.CpuTiling.Depth}};
                    int depthAtOnce = (((outFeatures + blocks - 1) / blocks) + {{PanelWidth - 1}}) / {{PanelWidth}} * {{PanelWidth}};
                    int rowsAtOnce = Math.Min({{product.CpuTiling.Rows}}, (endRow - firstRow + TVectors.Width - 1) / TVectors.Width * TVectors.Width);
                    ref float packedDy = ref ScratchMemory.Take(0, rowsAtOnce * depthAtOnce);
                    ref float sums = ref ScratchMemory.Take(1, rowsAtOnce * features);
                    {{term.Scratch}}
                    {{codes}}

                    for (int blockRow = firstRow; blockRow < endRow; blockRow += rowsAtOnce)
                    {
                        int blockRows = Math.Min(rowsAtOnce, endRow - blockRow);
                        {{term.PackRows}}

                        for (int start = 0; start < outFeatures; start += depthAtOnce)
                        {
                            int depth = Math.Min(depthAtOnce, outFeatures - start);
                            bool starts = start == 0;
                            {{term.Condition}}
                            PackColumns<TVectors>(ref Unsafe.Add(ref dys, ((nint)blockRow * outFeatures) + start), outFeatures, blockRows, depth, ref packedDy);
                            {{scales}}

                            for (int feature = firstFeature, height; feature < endFeature; feature += height)
                            {
                                height = TVectors.HeightOf(endFeature - feature);
                                ref float w = ref Unsafe.Add(ref ws, ((nint)start * inFeatures) + ((nint)feature * {{PanelWidth}}));
                                nint panelStride = (nint)inFeatures * {{PanelWidth}};
                                {{decode}}

                                for (int row = 0; row < blockRows; row += TVectors.Width)
                                {
                                    ref float tileDy = ref Unsafe.Add(ref packedDy, row * depth);
                                    {{term.TileReferences}}
                                    ref float tileDx = ref Unsafe.Add(ref sums, (row * features) + ((feature - firstFeature) * TVectors.Width));
                                    TVectors.Multiply<AsStored, TRank>(
                                        height, ref tileDy, ref w, depth, panelStride, {{term.TileArguments}}, ref noBias, ref tileDx, TVectors.Width, starts);
                                }
                            }
                        }

                        for (int row = 0; row < blockRows; row += TVectors.Width)
                        {
                            ref float result = ref Unsafe.Add(ref dxs, ((nint)(blockRow + row) * inFeatures) + firstFeature);
                            int height = Math.Min(TVectors.Width, blockRows - row);
                            Tiles.Unpack(ref Unsafe.Add(ref sums, row * features), TVectors.Width, ref result, inFeatures, height, features);
                        }

                        {{term.EndBlock}}
                    }
                }
            }
            """);
    }

    private const string Codes = """
        ref byte codes = ref packed is null ? ref Unsafe.NullRef<byte>() : ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(packed.CodeWords));
        int segment = TWeight.BlockSize == 0 ? 1 : Tiles.GreatestCommonDivisor(inFeatures, TWeight.BlockSize);
        int firstSegment = TWeight.BlockSize == 0 ? 0 : firstFeature / segment;
        int segments = TWeight.BlockSize == 0 ? 0 : ((endFeature - 1) / segment) - firstSegment + 1;
        ref float scales = ref TWeight.BlockSize == 0 ? ref Unsafe.NullRef<float>() : ref ScratchMemory.Take(5, depthAtOnce * segments);
        ref float decoded = ref TWeight.Bits == 32 ? ref Unsafe.NullRef<float>() : ref ScratchMemory.Take(6, depthAtOnce * TVectors.Height);
        """;

    private static string Scales => Template.Text($$"""
        for (int panel = 0; TWeight.BlockSize > 0 && panel * {{PanelWidth}} < depth; panel++)
        {
            ref float panelScales = ref Unsafe.Add(ref scales, panel * segments * {{PanelWidth}});
            Scales<TWeight>(packed!, (start / {{PanelWidth}}) + panel, firstSegment, segments, segment, ref panelScales);
        }
        """);

    private static string Decode => Template.Text($$"""
        if (TWeight.Bits < 32)
        {
            nint panelBytes = PanelBytes<TWeight>(inFeatures);
            for (int panel = 0; panel * {{PanelWidth}} < depth; panel++)
            {
                ref byte panelCodes = ref Unsafe.Add(ref codes, ((start / {{PanelWidth}}) + panel) * panelBytes);
                ref float panelScales = ref Unsafe.Add(ref scales, panel * segments * {{PanelWidth}});
                ref float panelW = ref Unsafe.Add(ref decoded, panel * height * {{PanelWidth}});
                TVectors.Decode<TWeight>(ref panelCodes, ref panelScales, firstSegment, segment, feature, height, ref panelW);
            }

            w = ref decoded;
            panelStride = (nint)height * {{PanelWidth}};
        }
        """);
}
