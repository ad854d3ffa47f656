using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the gradients of the factors, dA += vᵀ x and dB += s·dyᵀ u. Both sum over the rows of a batch the product of a
/// row of numbers by rank with a row of features; vectors run over the features. A worker has some features and sums all
/// rows in order, so that the number of workers changes nothing.
/// </summary>
internal static class FactorGradientEmitter
{
    public static void Emit(SourceWriter writer, FactorProduct ofA, FactorProduct ofB, VectorShape shape)
    {
        IReadOnlyList<RankBlock> blocks = RankBlock.Divide(ofA.Rank, shape.RanksAtOnce);
        int strip = VectorShape.VectorsAtOnce * shape.Lanes;
        writer.Line();
        writer.Line($"/// <summary>{ofA.Formula} and, turned, {ofB.Formula}, shared by features.</summary>");
        writer.Open("internal sealed class FactorGradient(Tensor byRank, Tensor byFeature, float scaling, bool turns, Tensor gradient) : ParallelWork");
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int rows = byFeature.Rows;
            int features = byFeature.Columns;
            int first = ShareStart(features, {{strip}}, worker, workers);
            int end = ShareStart(features, {{strip}}, worker + 1, workers);
            ref float ranks = ref MemoryMarshal.GetReference(byRank.Span);
            ref float values = ref MemoryMarshal.GetReference(byFeature.Span);
            ref float gradients = ref MemoryMarshal.GetReference(gradient.Span);
            ref float sums = ref ScratchMemory.Take(0, {{shape.RanksAtOnce * strip}});
            """);
        writer.Open("for (int feature = first, width; feature < end; feature += width)");
        writer.Line($$"""
            int left = end - feature;
            width = left >= {{strip}} ? {{strip}} : {{shape.Lanes}};
            ref float source = ref Unsafe.Add(ref values, feature);
            nint stride = features;
            if (left < {{shape.Lanes}})
            {
                ref float filled = ref ScratchMemory.Take(1, rows * {{shape.Lanes}});
                Tiles.Copy(ref source, features, ref filled, {{shape.Lanes}}, rows, left, {{shape.Lanes}});
                source = ref filled;
                stride = {{shape.Lanes}};
            }

            int columns = Math.Min(left, width);
            """);
        foreach (RankBlock block in blocks)
        {
            string ranks = CpuText.At("ranks", block.First);
            string turned = block.First == 0 ? $"(nint)feature * {ofA.Rank}" : $"((nint)feature * {ofA.Rank}) + {block.First}";
            string straight = block.First == 0 ? "feature" : $"((nint){block.First} * features) + feature";
            writer.Line($"""
                if (width == {strip})
                    Sum{block.Count}x{strip}(ref {ranks}, ref source, stride, rows, ref sums);
                else
                    Sum{block.Count}x{shape.Lanes}(ref {ranks}, ref source, stride, rows, ref sums);
                if (turns)
                    FactorSums.AddTransposed(ref sums, width, ref Unsafe.Add(ref gradients, {turned}), {ofA.Rank}, {block.Count}, columns, scaling);
                else
                    FactorSums.Add(ref sums, width, ref Unsafe.Add(ref gradients, {straight}), features, {block.Count}, columns, scaling);
                """);
        }

        writer.Close();
        writer.Close();
        writer.Close();
        foreach (int ranks in RankBlock.Sizes(blocks))
        {
            Kernel(writer, ofA.Rank, ranks, VectorShape.VectorsAtOnce, shape);
            Kernel(writer, ofA.Rank, ranks, 1, shape);
        }
    }

    private static void Kernel(SourceWriter writer, int rank, int ranks, int vectors, VectorShape shape)
    {
        int width = vectors * shape.Lanes;
        CpuText.Kernel(
            writer,
            $"sums[r, i] = Σ byRank[row, r] · byFeature[row, i] over the rows, for {ranks} {(ranks == 1 ? "rank" : "ranks")} and {width} features.",
            $"private static void Sum{ranks}x{width}(ref float byRank, ref float byFeature, nint stride, nint rows, ref float sums)");
        for (int r = 0; r < ranks; r++)
        {
            for (int vector = 0; vector < vectors; vector++)
                writer.Line($"Floats sum{r}x{vector} = Floats.Zero;");
        }

        writer.Open("for (; rows > 0; rows--)");
        for (int vector = 0; vector < vectors; vector++)
            writer.Line($"Floats feature{vector} = {CpuText.Load(shape, "byFeature", vector * shape.Lanes)};");
        for (int r = 0; r < ranks; r++)
        {
            writer.Line($"Floats rank{r} = {shape.Name}.Create({CpuText.At("byRank", r)});");
            for (int vector = 0; vector < vectors; vector++)
                writer.Line(CpuText.MultiplyAdd(shape, $"sum{r}x{vector}", $"feature{vector}", $"rank{r}"));
        }

        writer.Line(CpuText.Advance("byFeature", "stride"));
        writer.Line(CpuText.Advance("byRank", $"{rank}"));
        writer.Close();
        writer.Line();
        for (int r = 0; r < ranks; r++)
        {
            for (int vector = 0; vector < vectors; vector++)
                writer.Line(CpuText.Store(shape, $"sum{r}x{vector}", "sums", (r * width) + (vector * shape.Lanes)));
        }

        writer.Close();
    }
}
