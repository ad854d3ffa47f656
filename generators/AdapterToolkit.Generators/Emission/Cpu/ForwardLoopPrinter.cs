using AdapterToolkit.Generators.Planning.Products;
using static AdapterToolkit.Generators.Emission.Cpu.CpuText;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the loops of y = x Wᵀ + Σ s·u Bᵀ + bias over blocks of rows, blocks of the depth, panels of W and tiles. The rows
/// of a block are packed once and stay in the second-level cache while all panels pass; a panel stays in the first-level
/// cache while all tiles of the block's rows pass. Where W is packed, a panel's part is decoded into that cache first; where
/// there are few rows, each of its numbers serves so few products that tiles decode it in registers.
/// </summary>
internal static class ForwardLoopPrinter
{
    /// <summary>Prints the work.</summary>
    /// <param name="product">The product.</param>
    /// <param name="needs">What the assembly needs.</param>
    public static string Print(Product product, KernelNeeds needs)
    {
        bool isPacked = needs.IsPacked;
        TermText term = TermPrinter.LoopsOf(product);
        string tile = $"{term.TileArguments}, ref tileBias, ref tileY, stride, starts";
        string multiplyNumbers = $"TVectors.Multiply<FullPrecision, TRank>(height, ref Unsafe.Add(ref w, lane), ref tileX, depth, 0, {tile});";
        string packedWeight = isPacked ? "PackedWeight? packed, " : string.Empty;
        string codes = isPacked ? Codes : string.Empty;
        string oneBlock = isPacked ? "inRegisters ? 1 : " : string.Empty;
        string decoded = isPacked ? Decoded : string.Empty;
        string decode = isPacked ? needs.HasBlocks ? DecodeBlocks : DecodeNumbers : string.Empty;
        string tileCodes = isPacked ? TileCodes : string.Empty;
        string multiply = isPacked ? ChooseTile(multiplyNumbers, tile) : multiplyNumbers;
        return Template.Text($$"""
            /// <summary>{{product.Formula}}, shared by rows, or by panels of W where there are few rows.</summary>
            internal sealed class {{product.Name}}<TVectors, TWeight, TRank>(
                Tensor? x, Tensor? weight, {{packedWeight}}Tensor? bias, {{term.Parameters}}Tensor y) : ParallelWork
                {{KernelParametersPrinter.AllConstraints}}
            {
                /// <inheritdoc/>
                public override void Run(int worker, int workers)
                {
                    int rows = y.Rows;
                    int inFeatures = x is null ? 0 : x.Columns;
                    int outFeatures = y.Columns;
                    int panels = (outFeatures + {{PanelWidth - 1}}) / {{PanelWidth}};
                    bool sharesRows = rows >= 48 * workers;
                    int firstRow = sharesRows ? ShareStart(rows, 4, worker, workers) : 0;
                    int endRow = sharesRows ? ShareStart(rows, 4, worker + 1, workers) : rows;
                    int firstPanel = sharesRows ? 0 : ShareStart(panels, 1, worker, workers);
                    int endPanel = sharesRows ? panels : ShareStart(panels, 1, worker + 1, workers);
                    if (firstRow == endRow || firstPanel == endPanel)
                        return;

                    ref float xs = ref x is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(x.Span);
                    ref float ws = ref weight is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(weight.Span);
                    ref float biases = ref bias is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(bias.Span);
                    ref float ys = ref MemoryMarshal.GetReference(y.Span);
                    {{term.References}}

                    {{codes}}
                    int blocks = {{oneBlock}}(inFeatures + {{product.CpuTiling.Depth - 1}}) / {{product.CpuTiling.Depth}};
                    int depthAtOnce = blocks == 0 ? 0 : (inFeatures + blocks - 1) / blocks;
                    int rowBlocks = (endRow - firstRow + {{product.CpuTiling.Rows - 1}}) / {{product.CpuTiling.Rows}};
                    int rowsAtOnce = (((endRow - firstRow + rowBlocks - 1) / rowBlocks) + TVectors.Height - 1) / TVectors.Height * TVectors.Height;
                    ref float packedX = ref ScratchMemory.Take(0, rowsAtOnce * depthAtOnce);
                    ref float edge = ref ScratchMemory.Take(1, rowsAtOnce * {{PanelWidth}});
                    ref float panelBias = ref ScratchMemory.Take(2, {{PanelWidth}});
                    MemoryMarshal.CreateSpan(ref panelBias, {{PanelWidth}}).Clear();
                    {{term.Scratch}}
                    {{decoded}}

                    for (int blockRow = firstRow; blockRow < endRow; blockRow += rowsAtOnce)
                    {
                        int blockRows = Math.Min(rowsAtOnce, endRow - blockRow);
                        {{term.PackRows}}
                        int start = 0;
                        do
                        {
                            int depth = Math.Min(depthAtOnce, inFeatures - start);
                            bool starts = start == 0;
                            bool ends = start + depth == inFeatures;
                            {{term.Condition}}
                            if (depth > 0)
                                PackRows<TVectors>(ref Unsafe.Add(ref xs, ((nint)blockRow * inFeatures) + start), inFeatures, blockRows, depth, ref packedX);

                            for (int panel = firstPanel; panel < endPanel; panel++)
                            {
                                int column = panel * {{PanelWidth}};
                                int width = Math.Min({{PanelWidth}}, outFeatures - column);
                                ref float result = ref Unsafe.Add(ref ys, ((nint)blockRow * outFeatures) + column);
                                ref float target = ref width < {{PanelWidth}} ? ref edge : ref result;
                                nint stride = width < {{PanelWidth}} ? {{PanelWidth}} : outFeatures;
                                if (bias is not null && starts)
                                    Tiles.Copy(ref Unsafe.Add(ref biases, column), 0, ref panelBias, 0, 1, width, {{PanelWidth}});
                                {{term.PackPanel}}

                                ref float w = ref Unsafe.Add(ref ws, (((nint)panel * inFeatures) + start) * {{PanelWidth}});
                                {{decode}}

                                for (int lane = 0; lane < width; lane += TVectors.Width)
                                {
                                    ref float tileBias = ref Unsafe.Add(ref panelBias, lane);
                                    {{tileCodes}}
                                    for (int row = 0, height; row < blockRows; row += height)
                                    {
                                        height = TVectors.HeightOf(blockRows - row);
                                        ref float tileX = ref Unsafe.Add(ref packedX, row * depth);
                                        {{term.TileReferences}}
                                        ref float tileY = ref Unsafe.Add(ref target, (row * stride) + lane);
                                        {{multiply}}
                                    }
                                }

                                if (width < {{PanelWidth}} && ends)
                                    Tiles.Copy(ref edge, {{PanelWidth}}, ref result, outFeatures, blockRows, width, width);
                            }

                            start += depth;
                        }
                        while (start < inFeatures);

                        {{term.EndBlock}}
                    }
                }
            }
            """);
    }

    private const string Codes = """
        ref byte codes = ref packed is null ? ref Unsafe.NullRef<byte>() : ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(packed.CodeWords));
        int segment = TWeight.BlockSize == 0 ? 1 : Tiles.GreatestCommonDivisor(inFeatures, TWeight.BlockSize);
        bool inRegisters = rows <= 4 && (TWeight.Bits == 16 || (TWeight.Bits == 4 && segment % 8 == 0));
        """;

    private static string Decoded => Template.Text($$"""
        ref float scales = ref TWeight.BlockSize == 0 ? ref Unsafe.NullRef<float>() : ref ScratchMemory.Take(5, ((depthAtOnce / segment) + 2) * {{PanelWidth}});
        ref float decoded = ref TWeight.Bits == 32 || inRegisters ? ref Unsafe.NullRef<float>() : ref ScratchMemory.Take(6, depthAtOnce * {{PanelWidth}});
        """);

    private const string DecodeNumbers = """
        ref byte panelCodes = ref Unsafe.Add(ref codes, panel * PanelBytes<TWeight>(inFeatures));
        if (TWeight.Bits < 32)
        {
            if (!inRegisters)
                TVectors.Decode<TWeight>(ref panelCodes, ref scales, 0, 1, start, depth, ref decoded);
            w = ref decoded;
        }
        """;

    private const string DecodeBlocks = """
        ref byte panelCodes = ref Unsafe.Add(ref codes, panel * PanelBytes<TWeight>(inFeatures));
        if (TWeight.Bits < 32)
        {
            int firstSegment = TWeight.BlockSize == 0 ? 0 : start / segment;
            if (TWeight.BlockSize > 0)
                Scales<TWeight>(packed!, panel, firstSegment, ((start + depth - 1) / segment) - firstSegment + 1, segment, ref scales);
            if (!inRegisters)
                TVectors.Decode<TWeight>(ref panelCodes, ref scales, firstSegment, segment, start, depth, ref decoded);
            w = ref decoded;
        }
        """;

    private const string TileCodes = """
        ref float tileCodes = ref Unsafe.As<byte, float>(ref Unsafe.Add(ref panelCodes, lane * CodeBytes<TWeight>()));
        """;

    private static string ChooseTile(string multiply, string tile) => $"""
        if (inRegisters)
            TVectors.MultiplyCodes<TWeight, TRank>(height, ref tileCodes, ref tileX, depth, segment, ref Unsafe.Add(ref scales, lane), {tile});
        else
            {multiply}
        """;
}
