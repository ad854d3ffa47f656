using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the loops of dx = dy W + v A over blocks of rows, blocks of the depth (the output features), input features and
/// tiles. The result of a block of rows is summed transposed, so that tiles store whole vectors, and turned once at the end.
/// A block of the depth is few panels, since the weights of one tile come from all of them: each panel is then read in
/// order, as one of a few streams that the processor fetches ahead when W is not in its caches. Where W is packed, the weights
/// of one tile are decoded into the first-level cache, where they serve all rows of the block.
/// </summary>
internal static class InputGradientLoopEmitter
{
    /// <summary>Emits the loops.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="product">The product.</param>
    /// <param name="shape">The vectors.</param>
    /// <param name="stored">How W is packed; null where it is in float32.</param>
    public static void Emit(SourceWriter writer, Product product, VectorShape shape, StoredText? stored)
    {
        bool hasLowRank = product.LowRank is not null;
        string tiles = stored is null ? string.Empty : $"{VectorKernelsEmitter.ClassName(shape)}.";
        string weightType = stored is null ? "Tensor" : "PackedWeight";
        int width = shape.TileWidth;
        writer.Line();
        writer.Line($"/// <summary>{product.Formula}, shared by rows, or by input features where there are few rows.</summary>");
        writer.Open(hasLowRank
            ? $"internal sealed class {product.Name}(Tensor dy, {weightType} weight, Tensor? v, Tensor? a, Tensor dx) : ParallelWork"
            : $"internal sealed class {product.Name}(Tensor dy, {weightType} weight, Tensor dx) : ParallelWork");
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int rows = dx.Rows;
            int inFeatures = dx.Columns;
            int outFeatures = dy.Columns;
            bool sharesRows = rows >= {{4 * width}} * workers;
            int firstRow = sharesRows ? ShareStart(rows, {{width}}, worker, workers) : 0;
            int endRow = sharesRows ? ShareStart(rows, {{width}}, worker + 1, workers) : rows;
            int firstFeature = sharesRows ? 0 : ShareStart(inFeatures, {{shape.TileHeights[0]}}, worker, workers);
            int endFeature = sharesRows ? inFeatures : ShareStart(inFeatures, {{shape.TileHeights[0]}}, worker + 1, workers);
            int features = endFeature - firstFeature;
            if (firstRow == endRow || features == 0)
                return;

            ref float dys = ref MemoryMarshal.GetReference(dy.Span);
            {{(stored is null ? "ref float ws = ref MemoryMarshal.GetReference(weight.Span);" : CpuText.Codes(stored))}}
            ref float dxs = ref MemoryMarshal.GetReference(dx.Span);
            """);
        if (hasLowRank)
        {
            writer.Line("""
                ref float vs = ref v is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(v.Span);
                ref float factor = ref a is null ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(a.Span);
                """);
        }

        writer.Line($$"""

            int blocks = (outFeatures + {{product.CpuTiling.Depth - 1}}) / {{product.CpuTiling.Depth}};
            int depthAtOnce = (((outFeatures + blocks - 1) / blocks) + 31) / 32 * 32;
            int rowsAtOnce = Math.Min({{product.CpuTiling.Rows}}, (endRow - firstRow + {{width - 1}}) / {{width}} * {{width}});
            ref float packedDy = ref ScratchMemory.Take(0, rowsAtOnce * depthAtOnce);
            ref float sums = ref ScratchMemory.Take(1, rowsAtOnce * features);
            """);
        if (hasLowRank)
            writer.Line($"ref float packedV = ref ScratchMemory.Take(2, rowsAtOnce * {product.LowRank!.Rank});");
        if (stored is not null)
            Scratch(writer, stored, shape);
        writer.Line();
        writer.Open("for (int blockRow = firstRow; blockRow < endRow; blockRow += rowsAtOnce)");
        writer.Line("int blockRows = Math.Min(rowsAtOnce, endRow - blockRow);");
        if (hasLowRank)
        {
            writer.Line("if (v is not null)");
            writer.Line($"    {tiles}PackColumns(ref Unsafe.Add(ref vs, (nint)blockRow * {product.LowRank!.Rank}), {product.LowRank!.Rank}, blockRows, {product.LowRank!.Rank}, ref packedV);");
        }

        writer.Line();
        writer.Open("for (int start = 0; start < outFeatures; start += depthAtOnce)");
        writer.Line("""
            int depth = Math.Min(depthAtOnce, outFeatures - start);
            bool starts = start == 0;
            """);
        if (hasLowRank)
            writer.Line("bool addsLowRank = v is not null && start + depth == outFeatures;");
        writer.Line($"""
            {tiles}PackColumns(ref Unsafe.Add(ref dys, ((nint)blockRow * outFeatures) + start), outFeatures, blockRows, depth, ref packedDy);

            """);
        if (stored is { Stored.HasBlocks: true })
        {
            writer.Line("""
                for (int panel = 0; panel * 32 < depth; panel++)
                    Scales(weight, (start / 32) + panel, firstSegment, segments, segment, ref Unsafe.Add(ref scales, panel * segments * 32));

                """);
        }

        writer.Open("for (int feature = firstFeature, height; feature < endFeature; feature += height)");
        writer.Line($"height = {tiles}HeightOf(endFeature - feature);");
        if (stored is null)
            writer.Line("ref float w = ref Unsafe.Add(ref ws, ((nint)start * inFeatures) + ((nint)feature * 32));");
        else
            DecodeTile(writer, stored);
        writer.Open($"for (int row = 0; row < blockRows; row += {width})");
        writer.Line("ref float tileDy = ref Unsafe.Add(ref packedDy, row * depth);");
        if (hasLowRank)
            writer.Line($"ref float tileV = ref Unsafe.Add(ref packedV, row * {product.LowRank!.Rank});");
        writer.Line($"ref float tileDx = ref Unsafe.Add(ref sums, (row * features) + ((feature - firstFeature) * {width}));");
        writer.Open("switch (height)");
        foreach (int height in shape.TileHeights)
        {
            string lowRank = hasLowRank ? ", ref tileV, ref Unsafe.Add(ref factor, feature), inFeatures, addsLowRank" : "";
            writer.Line(height == 1 ? "default:" : $"case {height}:");
            writer.Indent();
            writer.Line($"{tiles}{product.Name}{height}(ref tileDy, ref w, depth, {(stored is null ? "(nint)inFeatures" : "(nint)height")} * 32{lowRank}, ref tileDx, starts);");
            writer.Line("break;");
            writer.Unindent();
        }

        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Line();
        writer.Open($"for (int row = 0; row < blockRows; row += {width})");
        writer.Line("ref float result = ref Unsafe.Add(ref dxs, ((nint)(blockRow + row) * inFeatures) + firstFeature);");
        writer.Line($"Tiles.Unpack(ref Unsafe.Add(ref sums, row * features), {width}, ref result, inFeatures, Math.Min({width}, blockRows - row), features);");
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private static void Scratch(SourceWriter writer, StoredText stored, VectorShape shape)
    {
        if (stored.Stored.HasBlocks)
        {
            writer.Line($"""
                int segment = Tiles.GreatestCommonDivisor(inFeatures, {stored.Stored.BlockSize});
                int firstSegment = firstFeature / segment;
                int segments = ((endFeature - 1) / segment) - firstSegment + 1;
                ref float scales = ref ScratchMemory.Take(5, depthAtOnce * segments);
                """);
        }

        writer.Line($"ref float decoded = ref ScratchMemory.Take(6, depthAtOnce * {shape.TileHeights[0]});");
    }

    private static void DecodeTile(SourceWriter writer, StoredText stored)
    {
        string scales = stored.Stored.HasBlocks ? "ref Unsafe.Add(ref scales, panel * segments * 32), firstSegment, segment, " : "";
        writer.Line($"""
            for (int panel = 0; panel * 32 < depth; panel++)
                Decode(ref Unsafe.Add(ref codes, ((start / 32) + panel) * panelElements), {scales}feature, height, ref Unsafe.Add(ref decoded, panel * height * 32));
            ref float w = ref decoded;
            """);
    }
}
