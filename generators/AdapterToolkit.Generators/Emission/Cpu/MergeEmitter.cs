using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits W += sign·s·B A, straight on W's panels: a vector of B's numbers for each rank, one number of A's at a time.</summary>
internal static class MergeEmitter
{
    private const int RanksAtOnce = 8;

    public static void Emit(SourceWriter writer, FactorProduct merge, VectorShape shape)
    {
        IReadOnlyList<RankBlock> blocks = RankBlock.Divide(merge.Rank, RanksAtOnce);
        writer.Line();
        writer.Line($"/// <summary>{merge.Formula}, shared by panels of W.</summary>");
        writer.Open($"internal sealed class {merge.Name}(Tensor weight, Tensor a, Tensor b, float scaling) : ParallelWork");
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int inFeatures = a.Columns;
            int outFeatures = b.Rows;
            int panels = (outFeatures + 31) / 32;
            int end = ShareStart(panels, 1, worker + 1, workers);
            ref float ws = ref MemoryMarshal.GetReference(weight.Span);
            ref float factor = ref MemoryMarshal.GetReference(a.Span);
            ref float bs = ref MemoryMarshal.GetReference(b.Span);
            ref float panelB = ref ScratchMemory.Take(0, {{32 * merge.Rank}});
            """);
        writer.Open("for (int panel = ShareStart(panels, 1, worker, workers); panel < end; panel++)");
        writer.Line($$"""
            Tiles.Pack(ref Unsafe.Add(ref bs, (nint)panel * {{32 * merge.Rank}}), {{merge.Rank}}, Math.Min(32, outFeatures - (panel * 32)), {{merge.Rank}}, ref panelB, 32, scaling);
            """);
        writer.Open($"for (int lane = 0; lane < 32; lane += {shape.Lanes})");
        writer.Line("ref float w = ref Unsafe.Add(ref ws, ((nint)panel * inFeatures * 32) + lane);");
        foreach (RankBlock block in blocks)
        {
            string lane = block.First == 0 ? "lane" : $"{32 * block.First} + lane";
            string a = block.First == 0 ? "factor" : $"Unsafe.Add(ref factor, (nint){block.First} * inFeatures)";
            writer.Line($"Merge{block.Count}(ref w, ref Unsafe.Add(ref panelB, {lane}), ref {a}, inFeatures);");
        }

        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        foreach (int ranks in RankBlock.Sizes(blocks))
            Kernel(writer, ranks, shape);
    }

    private static void Kernel(SourceWriter writer, int ranks, VectorShape shape)
    {
        CpuText.Kernel(
            writer,
            $"w[i, lane] += Σ b[r, lane] · a[r, i], for {shape.Lanes} lanes of a panel and {ranks} {(ranks == 1 ? "rank" : "ranks")}.",
            $"private static void Merge{ranks}(ref float w, ref float b, ref float a, nint inFeatures)");
        for (int r = 0; r < ranks; r++)
        {
            writer.Line($"Floats b{r} = {CpuText.Load(shape, "b", r * 32)};");
            if (r > 0)
                writer.Line($"ref float a{r} = ref Unsafe.Add(ref {A(r - 1)}, inFeatures);");
        }

        writer.Open("for (nint i = 0; i < inFeatures; i++)");
        writer.Line($"Floats sum = {CpuText.Load(shape, "w", 0)};");
        for (int r = 0; r < ranks; r++)
            writer.Line(CpuText.MultiplyAdd(shape, "sum", $"b{r}", $"{shape.Name}.Create(Unsafe.Add(ref {A(r)}, i))"));
        writer.Line(CpuText.Store(shape, "sum", "w", 0));
        writer.Line(CpuText.Advance("w", "32"));
        writer.Close();
        writer.Close();
    }

    private static string A(int rank) => rank == 0 ? "a" : $"a{rank}";
}
