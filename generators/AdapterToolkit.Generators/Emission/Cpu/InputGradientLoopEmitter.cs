using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the loops of dx = dy W + v A over blocks of rows, blocks of the depth (the output features), input features and
/// tiles. The result of a block of rows is summed transposed, so that tiles store whole vectors, and turned once at the end.
/// A block of the depth is few panels, since the weights of one tile come from all of them: each panel is then read in
/// order, as one of a few streams that the processor fetches ahead when W is not in its caches.
/// </summary>
internal static class InputGradientLoopEmitter
{
    private const int RowsAtOnce = 128;
    private const int DepthAtOnce = 256;

    public static void Emit(SourceWriter writer, ProductDescription product, VectorShape shape)
    {
        bool hasLowRank = product.Rank > 0;
        int width = shape.TileWidth;
        writer.Line();
        writer.Line($"/// <summary>{product.Formula}, shared by rows, or by input features where there are few rows.</summary>");
        writer.Open(hasLowRank
            ? $"internal sealed class {product.Name}(Tensor dy, Tensor weight, Tensor? v, Tensor? a, Tensor dx) : ParallelWork"
            : $"internal sealed class {product.Name}(Tensor dy, Tensor weight, Tensor dx) : ParallelWork");
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
            ref float ws = ref MemoryMarshal.GetReference(weight.Span);
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

            int blocks = (outFeatures + {{DepthAtOnce - 1}}) / {{DepthAtOnce}};
            int depthAtOnce = (((outFeatures + blocks - 1) / blocks) + 31) / 32 * 32;
            int rowsAtOnce = Math.Min({{RowsAtOnce}}, (endRow - firstRow + {{width - 1}}) / {{width}} * {{width}});
            ref float packedDy = ref ScratchMemory.Take(0, rowsAtOnce * depthAtOnce);
            ref float sums = ref ScratchMemory.Take(1, rowsAtOnce * features);
            """);
        if (hasLowRank)
            writer.Line($"ref float packedV = ref ScratchMemory.Take(2, rowsAtOnce * {product.Rank});");
        writer.Line();
        writer.Open("for (int blockRow = firstRow; blockRow < endRow; blockRow += rowsAtOnce)");
        writer.Line("int blockRows = Math.Min(rowsAtOnce, endRow - blockRow);");
        if (hasLowRank)
        {
            writer.Line("if (v is not null)");
            writer.Line($"    PackColumns(ref Unsafe.Add(ref vs, (nint)blockRow * {product.Rank}), {product.Rank}, blockRows, {product.Rank}, ref packedV);");
        }

        writer.Line();
        writer.Open("for (int start = 0; start < outFeatures; start += depthAtOnce)");
        writer.Line("""
            int depth = Math.Min(depthAtOnce, outFeatures - start);
            bool starts = start == 0;
            """);
        if (hasLowRank)
            writer.Line("bool addsLowRank = v is not null && start + depth == outFeatures;");
        writer.Line("""
            PackColumns(ref Unsafe.Add(ref dys, ((nint)blockRow * outFeatures) + start), outFeatures, blockRows, depth, ref packedDy);

            """);
        writer.Open("for (int feature = firstFeature, height; feature < endFeature; feature += height)");
        writer.Line("""
            height = HeightOf(endFeature - feature);
            ref float w = ref Unsafe.Add(ref ws, ((nint)start * inFeatures) + ((nint)feature * 32));
            """);
        writer.Open($"for (int row = 0; row < blockRows; row += {width})");
        writer.Line("ref float tileDy = ref Unsafe.Add(ref packedDy, row * depth);");
        if (hasLowRank)
            writer.Line($"ref float tileV = ref Unsafe.Add(ref packedV, row * {product.Rank});");
        writer.Line($"ref float tileDx = ref Unsafe.Add(ref sums, (row * features) + ((feature - firstFeature) * {width}));");
        writer.Open("switch (height)");
        foreach (int height in shape.TileHeights)
        {
            string lowRank = hasLowRank ? ", ref tileV, ref Unsafe.Add(ref factor, feature), inFeatures, addsLowRank" : "";
            writer.Line(height == 1 ? "default:" : $"case {height}:");
            writer.Indent();
            writer.Line($"{product.Name}{height}(ref tileDy, ref w, depth, (nint)inFeatures * 32{lowRank}, ref tileDx, starts);");
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
}
