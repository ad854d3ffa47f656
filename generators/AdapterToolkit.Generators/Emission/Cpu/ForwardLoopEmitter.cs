using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the loops of y = x Wᵀ + s·u Bᵀ + bias over blocks of rows, blocks of the depth, panels of W and tiles. The rows
/// of a block are packed once and stay in the second-level cache while all panels pass; a panel stays in the first-level
/// cache while all tiles of the block's rows pass. Where W is packed, a panel's part is decoded into that cache first; where
/// there are few rows, each of its numbers serves so few products that tiles decode it in registers.
/// </summary>
internal static class ForwardLoopEmitter
{
    /// <summary>Up to so many rows tiles decode W in registers; more than the highest of those tiles has would read it twice.</summary>
    private const int MostRowsInRegisters = 4;

    /// <summary>Emits the loops.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="product">The product.</param>
    /// <param name="shape">The vectors.</param>
    /// <param name="stored">How W is packed; null where it is in float32.</param>
    public static void Emit(SourceWriter writer, Product product, VectorShape shape, StoredText? stored)
    {
        bool hasLowRank = product.LowRank is not null;
        bool mayLackWeight = hasLowRank && stored is null;
        bool mayDecodeInRegisters = stored is { DecodesInRegisters: true };
        string tiles = stored is null ? string.Empty : $"{VectorKernelsEmitter.ClassName(shape)}.";
        string weightType = stored is null ? "Tensor" : "PackedWeight";
        writer.Line();
        writer.Line($"/// <summary>{product.Formula}, shared by rows, or by panels of W where there are few rows.</summary>");
        writer.Open(hasLowRank
            ? $"internal sealed class {product.Name}(Tensor{(mayLackWeight ? "?" : "")} x, {weightType}{(mayLackWeight ? "?" : "")} weight, Tensor? bias, Tensor? b, float scaling, Tensor? u, Tensor y) : ParallelWork"
            : $"internal sealed class {product.Name}(Tensor x, {weightType} weight, Tensor? bias, Tensor y) : ParallelWork");
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int rows = y.Rows;
            int inFeatures = {{(mayLackWeight ? "weight is null || x is null ? 0 : x.Columns" : "x.Columns")}};
            int outFeatures = y.Columns;
            int panels = (outFeatures + 31) / 32;
            bool sharesRows = rows >= 48 * workers;
            int firstRow = sharesRows ? ShareStart(rows, 4, worker, workers) : 0;
            int endRow = sharesRows ? ShareStart(rows, 4, worker + 1, workers) : rows;
            int firstPanel = sharesRows ? 0 : ShareStart(panels, 1, worker, workers);
            int endPanel = sharesRows ? panels : ShareStart(panels, 1, worker + 1, workers);
            if (firstRow == endRow || firstPanel == endPanel)
                return;

            ref float xs = ref {{(mayLackWeight ? "x is null ? ref Unsafe.NullRef<float>() : ref " : "")}}MemoryMarshal.GetReference(x.Span);
            {{WeightReference(stored, mayLackWeight)}}
            ref float biases = ref bias is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(bias.Span);
            ref float ys = ref MemoryMarshal.GetReference(y.Span);
            """);
        if (hasLowRank)
        {
            writer.Line("""
                ref float bs = ref b is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(b.Span);
                ref float us = ref u is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(u.Span);
                """);
        }

        writer.Line();
        if (stored is { Stored.HasBlocks: true })
            writer.Line($"int segment = Tiles.GreatestCommonDivisor(inFeatures, {stored.Stored.BlockSize});");
        if (mayDecodeInRegisters)
            writer.Line($"bool inRegisters = rows <= {MostRowsInRegisters}{stored!.RegisterCondition};");
        writer.Line($$"""
            int blocks = {{(mayDecodeInRegisters ? "inRegisters ? 1 : " : "")}}(inFeatures + {{product.CpuTiling.Depth - 1}}) / {{product.CpuTiling.Depth}};
            int depthAtOnce = {{(mayLackWeight ? "blocks == 0 ? 0 : " : "")}}(inFeatures + blocks - 1) / blocks;
            int rowBlocks = (endRow - firstRow + {{product.CpuTiling.Rows - 1}}) / {{product.CpuTiling.Rows}};
            int rowsAtOnce = (((endRow - firstRow + rowBlocks - 1) / rowBlocks) + {{shape.TileHeights[0] - 1}}) / {{shape.TileHeights[0]}} * {{shape.TileHeights[0]}};
            ref float packedX = ref ScratchMemory.Take(0, rowsAtOnce * depthAtOnce);
            ref float edge = ref ScratchMemory.Take(1, rowsAtOnce * 32);
            ref float panelBias = ref ScratchMemory.Take(2, 32);
            MemoryMarshal.CreateSpan(ref panelBias, 32).Clear();
            """);
        if (hasLowRank)
        {
            writer.Line($"""
                ref float packedU = ref ScratchMemory.Take(3, rowsAtOnce * {product.LowRank!.Rank});
                ref float panelB = ref ScratchMemory.Take(4, {32 * product.LowRank!.Rank});
                """);
        }

        if (stored is not null)
        {
            if (stored.Stored.HasBlocks)
                writer.Line("ref float scales = ref ScratchMemory.Take(5, ((depthAtOnce / segment) + 2) * 32);");
            writer.Line(mayDecodeInRegisters
                ? "ref float decoded = ref inRegisters ? ref Unsafe.NullRef<float>() : ref ScratchMemory.Take(6, depthAtOnce * 32);"
                : "ref float decoded = ref ScratchMemory.Take(6, depthAtOnce * 32);");
        }

        writer.Line();
        writer.Open("for (int blockRow = firstRow; blockRow < endRow; blockRow += rowsAtOnce)");
        writer.Line("int blockRows = Math.Min(rowsAtOnce, endRow - blockRow);");
        if (hasLowRank)
        {
            writer.Line("if (u is not null)");
            writer.Line($"    {tiles}PackRows(ref Unsafe.Add(ref us, (nint)blockRow * {product.LowRank!.Rank}), {product.LowRank!.Rank}, blockRows, {product.LowRank!.Rank}, ref packedU);");
            writer.Line();
        }

        writer.Line("int start = 0;");
        writer.Open("do");
        writer.Line("""
            int depth = Math.Min(depthAtOnce, inFeatures - start);
            bool starts = start == 0;
            bool ends = start + depth == inFeatures;
            """);
        if (mayLackWeight)
            writer.Line("if (depth > 0)");
        string indent = mayLackWeight ? "    " : "";
        writer.Line(indent + tiles + "PackRows(ref Unsafe.Add(ref xs, ((nint)blockRow * inFeatures) + start), inFeatures, blockRows, depth, ref packedX);");
        writer.Line();
        writer.Open("for (int panel = firstPanel; panel < endPanel; panel++)");
        writer.Line("""
            int column = panel * 32;
            int width = Math.Min(32, outFeatures - column);
            ref float result = ref Unsafe.Add(ref ys, ((nint)blockRow * outFeatures) + column);
            ref float target = ref width < 32 ? ref edge : ref result;
            nint stride = width < 32 ? 32 : outFeatures;
            if (bias is not null && starts)
                Tiles.Copy(ref Unsafe.Add(ref biases, column), 0, ref panelBias, 0, 1, width, 32);
            """);
        if (hasLowRank)
        {
            writer.Line($$"""
                if (b is not null && ends)
                    Tiles.Pack(ref Unsafe.Add(ref bs, (nint)column * {{product.LowRank!.Rank}}), {{product.LowRank!.Rank}}, width, {{product.LowRank!.Rank}}, ref panelB, 32, scaling);
                """);
        }

        writer.Line();
        if (stored is null)
            writer.Line("ref float w = ref Unsafe.Add(ref ws, (((nint)panel * inFeatures) + start) * 32);");
        else
            DecodePanel(writer, stored, mayDecodeInRegisters);
        string lane = "0";
        if (shape.TileWidth < 32)
        {
            writer.Open($"for (int lane = 0; lane < width; lane += {shape.TileWidth})");
            lane = "lane";
        }

        writer.Open("for (int row = 0, height; row < blockRows; row += height)");
        writer.Line($"height = {tiles}HeightOf(blockRows - row);");
        writer.Line("ref float tileX = ref Unsafe.Add(ref packedX, row * depth);");
        if (hasLowRank)
            writer.Line($"ref float tileU = ref Unsafe.Add(ref packedU, row * {product.LowRank!.Rank});");
        writer.Line($"ref float tileY = ref Unsafe.Add(ref target, {(lane == "0" ? "row * stride" : "(row * stride) + lane")});");
        string lowRank = hasLowRank ? $", ref {Offset("panelB", lane)}, ref tileU, b is not null && ends" : "";
        string ends = $"ref tileX, depth{lowRank}, ref {Offset("panelBias", lane)}, ref tileY, stride, starts";
        if (mayDecodeInRegisters)
        {
            writer.Open("if (inRegisters)");
            string scales = stored!.Stored.HasBlocks ? $"ref {Offset("scales", lane)}, segment, " : "";
            Tile(writer, RegisterHeights(shape), height => $"{product.Name}Decoding{height}(ref {Offset("panelCodes", lane)}, {scales}{ends});");
            writer.Line("continue;");
            writer.Close();
            writer.Line();
        }

        Tile(writer, shape.TileHeights, height => $"{tiles}{product.Name}{height}(ref {Offset("w", lane)}, {ends});");
        writer.Close();
        if (shape.TileWidth < 32)
            writer.Close();
        writer.Line();
        writer.Line("if (width < 32 && ends)");
        writer.Line("    Tiles.Copy(ref edge, 32, ref result, outFeatures, blockRows, width, width);");
        writer.Close();
        writer.Line();
        writer.Line("start += depth;");
        writer.Close();
        writer.Line("while (start < inFeatures);");
        writer.Close();
        writer.Close();
        writer.Close();
    }

    /// <summary>The heights of the tiles that decode W in registers.</summary>
    public static IEnumerable<int> RegisterHeights(VectorShape shape) => shape.TileHeights.Where(height => height <= MostRowsInRegisters);

    private static string WeightReference(StoredText? stored, bool mayLackWeight) => stored is null
        ? $"ref float ws = ref {(mayLackWeight ? "weight is null ? ref Unsafe.NullRef<float>() : ref " : "")}MemoryMarshal.GetReference(weight.Span);"
        : CpuText.Codes(stored);

    private static void DecodePanel(SourceWriter writer, StoredText stored, bool mayDecodeInRegisters)
    {
        writer.Line($"ref {stored.Element} panelCodes = ref Unsafe.Add(ref codes, panel * panelElements);");
        if (stored.Stored.HasBlocks)
        {
            writer.Line("""
                int firstSegment = start / segment;
                Scales(weight, panel, firstSegment, ((start + depth - 1) / segment) - firstSegment + 1, segment, ref scales);
                """);
        }

        if (mayDecodeInRegisters)
            writer.Line("if (!inRegisters)");
        string scales = stored.Stored.HasBlocks ? "ref scales, firstSegment, segment, " : "";
        writer.Line($"{(mayDecodeInRegisters ? "    " : "")}Decode(ref panelCodes, {scales}start, depth, ref decoded);");
        writer.Line("ref float w = ref decoded;");
        writer.Line();
    }

    private static void Tile(SourceWriter writer, IEnumerable<int> heights, Func<int, string> call)
    {
        writer.Open("switch (height)");
        foreach (int height in heights)
        {
            writer.Line(height == 1 ? "default:" : $"case {height}:");
            writer.Indent();
            writer.Line(call(height));
            writer.Line("break;");
            writer.Unindent();
        }

        writer.Close();
    }

    private static string Offset(string reference, string lane) => lane == "0" ? reference : $"Unsafe.Add(ref {reference}, {lane})";
}
