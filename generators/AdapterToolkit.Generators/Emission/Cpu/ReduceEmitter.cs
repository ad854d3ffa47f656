using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Emits the products that reduce activations or gradients to the rank, u = x Aᵀ and v = s·dy B: each result is a scalar
/// product of two rows, with vectors over the features. B is turned first, so that both read rows.
/// </summary>
internal static class ReduceEmitter
{
    private static readonly int[] s_heights = [VectorShape.VectorsAtOnce, 1];

    public static void Emit(SourceWriter writer, FactorProduct forward, FactorProduct backward, VectorShape shape)
    {
        IReadOnlyList<RankBlock> blocks = RankBlock.Divide(forward.Rank, shape.RanksAtOnce);
        Work(
            writer,
            $"/// <summary>{forward.Formula}, shared by rows.</summary>",
            $"internal sealed class {forward.Name}(Tensor x, Tensor a, Tensor u) : ParallelWork",
            "x",
            "u",
            "ref float factor = ref MemoryMarshal.GetReference(a.Span);",
            "1");
        Work(
            writer,
            $"/// <summary>{backward.Formula}, shared by rows.</summary>",
            $"internal sealed class {backward.Name}(Tensor dy, Tensor b, float scaling, Tensor v) : ParallelWork",
            "dy",
            "v",
            $"""
            ref float factor = ref ScratchMemory.Take(0, {backward.Rank} * depth);
            Tiles.Unpack(ref MemoryMarshal.GetReference(b.Span), {backward.Rank}, ref factor, depth, {backward.Rank}, depth);
            """,
            "scaling");
        Rows(writer, forward, blocks);
        foreach (int ranks in RankBlock.Sizes(blocks))
        {
            foreach (int height in s_heights)
                Kernel(writer, forward.Rank, height, ranks, shape);
        }
    }

    private static void Work(SourceWriter writer, string summary, string declaration, string source, string result, string factor, string scaling)
    {
        writer.Line();
        writer.Line(summary);
        writer.Open(declaration);
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Run(int worker, int workers)");
        writer.Line($$"""
            int depth = {{source}}.Columns;
            int first = ShareStart({{source}}.Rows, 1, worker, workers);
            int end = ShareStart({{source}}.Rows, 1, worker + 1, workers);
            if (first == end)
                return;
            """);
        writer.Line(factor);
        writer.Line($"ReduceRows(ref MemoryMarshal.GetReference({source}.Span), ref factor, depth, {scaling}, ref MemoryMarshal.GetReference({result}.Span), first, end);");
        writer.Close();
        writer.Close();
    }

    private static void Rows(SourceWriter writer, FactorProduct product, IReadOnlyList<RankBlock> blocks)
    {
        writer.Line();
        writer.Line("/// <summary>result[row, r] = scaling · Σ source[row, k] · factor[r, k], for the rows from the first to the end.</summary>");
        writer.Open("private static void ReduceRows(ref float source, ref float factor, int depth, float scaling, ref float result, int first, int end)");
        writer.Open("for (int row = first, height; row < end; row += height)");
        writer.Line($"height = end - row >= {s_heights[0]} ? {s_heights[0]} : 1;");
        writer.Line("ref float sourceRow = ref Unsafe.Add(ref source, (nint)row * depth);");
        writer.Line($"ref float resultRow = ref Unsafe.Add(ref result, (nint)row * {product.Rank});");
        foreach (int height in s_heights)
        {
            writer.Open(height > 1 ? $"if (height == {height})" : "else");
            foreach (RankBlock block in blocks)
            {
                string factor = block.First == 0 ? "factor" : $"Unsafe.Add(ref factor, (nint){block.First} * depth)";
                writer.Line($"Reduce{height}x{block.Count}(ref sourceRow, ref {factor}, depth, scaling, ref {CpuText.At("resultRow", block.First)});");
            }

            writer.Close();
        }

        writer.Close();
        writer.Close();
    }

    private static void Kernel(SourceWriter writer, int rank, int height, int ranks, VectorShape shape)
    {
        CpuText.Kernel(
            writer,
            $"{height} {(height == 1 ? "row" : "rows")} of the result, {ranks} {(ranks == 1 ? "rank" : "ranks")}.",
            $"private static void Reduce{height}x{ranks}(ref float source, ref float factor, nint depth, float scaling, ref float result)");
        for (int row = 1; row < height; row++)
            writer.Line($"ref float source{row} = ref Unsafe.Add(ref {Source(row - 1)}, depth);");
        for (int r = 1; r < ranks; r++)
            writer.Line($"ref float factor{r} = ref Unsafe.Add(ref {Factor(r - 1)}, depth);");
        for (int row = 0; row < height; row++)
        {
            for (int r = 0; r < ranks; r++)
                writer.Line($"Floats sum{row}x{r} = Floats.Zero;");
        }

        writer.Line("nint k = 0;");
        writer.Open($"for (; k <= depth - {shape.Lanes}; k += {shape.Lanes})");
        for (int row = 0; row < height; row++)
            writer.Line($"Floats x{row} = {shape.Name}.LoadUnsafe(ref {Source(row)}, (nuint)k);");
        for (int r = 0; r < ranks; r++)
        {
            writer.Line($"Floats a{r} = {shape.Name}.LoadUnsafe(ref {Factor(r)}, (nuint)k);");
            for (int row = 0; row < height; row++)
                writer.Line(CpuText.MultiplyAdd(shape, $"sum{row}x{r}", $"x{row}", $"a{r}"));
        }

        writer.Close();
        writer.Line();
        for (int row = 0; row < height; row++)
        {
            for (int r = 0; r < ranks; r++)
                writer.Line($"{CpuText.At("result", (row * rank) + r)} = scaling * {shape.Name}.Sum(sum{row}x{r});");
        }

        writer.Line("if (k < depth)");
        writer.Line($"    RowTails.AddProducts(ref source, ref factor, depth, k, scaling, ref result, {rank}, {height}, {ranks});");
        writer.Close();
    }

    private static string Source(int row) => row == 0 ? "source" : $"source{row}";

    private static string Factor(int rank) => rank == 0 ? "factor" : $"factor{rank}";
}
