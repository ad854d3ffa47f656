using AdapterToolkit.Generators.Planning.Products;
using AdapterToolkit.Generators.Symbols;
using static AdapterToolkit.Generators.Emission.Cpu.CpuText;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the products with the low-rank factors, their gradients, and the merge. Their kernels hold some ranks in registers at
/// once, unrolled: a rank is as many whole blocks of these as it has, and one of what is left over.
/// </summary>
/// <param name="needs">What the assembly needs.</param>
internal sealed class FactorPrinter(KernelNeeds needs)
{
    /// <summary>Sums a vector's numbers in the order of the processor's own sum.</summary>
    public const string Sum = """
        /// <summary>The sum of a vector's numbers.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static float Sum<TVector>(TVector vector)
            where TVector : struct => Unsafe.SizeOf<TVector>() switch
            {
                64 => Vector512.Sum(Unsafe.BitCast<TVector, Floats512>(vector)),
                32 => Vector256.Sum(Unsafe.BitCast<TVector, Floats256>(vector)),
                _ => Vector128.Sum(Unsafe.BitCast<TVector, Floats128>(vector)),
            };
        """;

    /// <summary>Ranks that a merge takes at once.</summary>
    private const int MergedAtOnce = 8;

    /// <summary>Rows that a product with a factor sums at once.</summary>
    private static readonly int[] s_heights = [VectorShape.VectorsAtOnce, 1];

    /// <summary>Blocks of ranks: eight at once with the most registers, four with fewer.</summary>
    private IEnumerable<int> Blocks => needs.RankBlocks(8, 4);

    /// <summary>The class with the works and their kernels.</summary>
    public string Print() => Template.Text($$"""
        /// <summary>The products with the low-rank factors, their gradients, and the merge.</summary>
        internal static class Factors<TVector, TOperations, TRank>
            where TVector : struct
            where TOperations : struct, {{RuntimeNames.IVectorOperations}}<TVector>
            where TRank : struct, IRank
        {
            /// <summary>How many ranks are summed at once.</summary>
            private static int RanksAtOnce => TOperations.Count == 16 ? 8 : 4;

            {{string.Join("\n\n", Members())}}
        }
        """);

    private IEnumerable<string> Members()
    {
        yield return Reduce(
            FactorProduct.Reduce,
            "x",
            "u",
            string.Empty,
            "ref float factor = ref MemoryMarshal.GetReference(placement.Factors.A.Value.Span);",
            "1");
        yield return Reduce(
            FactorProduct.ReduceGradient,
            "dy",
            "v",
            """
            ref float factor = ref ScratchMemory.Take(0, TRank.Value * depth);
            LowRankFactors? unpacked = null;
            """,
            """
            if (placement.Factors != unpacked)
            {
                unpacked = placement.Factors;
                Tiles.Unpack(ref MemoryMarshal.GetReference(unpacked.B.Value.Span), TRank.Value, ref factor, depth, TRank.Value, depth);
            }

            """,
            "unpacked.Scaling");
        yield return ReduceRows;
        yield return ReduceBlock;
        foreach (int height in s_heights)
        {
            foreach (int ranks in Blocks)
                yield return ReduceKernel(height, ranks);
        }

        yield return Gradient;
        yield return GradientBlock;
        foreach (int vectors in s_heights)
        {
            foreach (int ranks in Blocks)
                yield return GradientKernel(vectors, ranks);
        }

        yield return Merge;
        yield return MergeBlock;
        foreach (int ranks in needs.RankBlocks(MergedAtOnce))
            yield return MergeKernel(ranks);
    }

    /// <summary>
    /// A product of activations or gradients with the factors of a list of terms: each result is a scalar product of two rows, with vectors over the features.
    /// </summary>
    private static string Reduce(FactorProduct product, string source, string result, string prepare, string factor, string scaling) => Template.Text($$"""
        /// <summary>{{product.Formula}} for each term on its rows, shared by rows.</summary>
        internal sealed class {{product.Name}}(Tensor {{source}}, LowRankTerms terms, Tensor {{result}}) : ParallelWork
        {
            /// <inheritdoc/>
            public override void Run(int worker, int workers)
            {
                int depth = {{source}}.Columns;
                int first = ShareStart({{source}}.Rows, 1, worker, workers);
                int end = ShareStart({{source}}.Rows, 1, worker + 1, workers);
                if (first == end)
                    return;
                {{prepare}}
                ref float rows = ref MemoryMarshal.GetReference({{source}}.Span);
                ref float results = ref MemoryMarshal.GetReference({{result}}.Span);
                foreach (LowRankPlacement placement in terms.Placements)
                {
                    int from = Math.Max(first, placement.First), to = Math.Min(end, placement.End);
                    if (from >= to)
                        continue;
                    {{factor}}
                    ref float slot = ref Unsafe.Add(ref results, (nint)placement.Slot * {{source}}.Rows * TRank.Value);
                    ReduceRows(ref rows, ref factor, depth, {{scaling}}, ref slot, from, to);
                }
            }
        }
        """);

    private static string ReduceRows => Template.Text($$"""
        /// <summary>result[row, r] = scaling · Σ source[row, k] · factor[r, k], for the rows from the first to the end.</summary>
        private static void ReduceRows(ref float source, ref float factor, int depth, float scaling, ref float result, int first, int end)
        {
            for (int row = first, height; row < end; row += height)
            {
                height = end - row >= {{s_heights[0]}} ? {{s_heights[0]}} : 1;
                ref float sourceRow = ref Unsafe.Add(ref source, (nint)row * depth);
                ref float resultRow = ref Unsafe.Add(ref result, (nint)row * TRank.Value);
                for (int rank = 0; rank < TRank.Value; rank += RanksAtOnce)
                {
                    int ranks = Math.Min(RanksAtOnce, TRank.Value - rank);
                    ref float factorRow = ref Unsafe.Add(ref factor, (nint)rank * depth);
                    ReduceBlock(height, ranks, ref sourceRow, ref factorRow, depth, scaling, ref Unsafe.Add(ref resultRow, rank));
                }
            }
        }
        """);

    private string ReduceBlock => Template.Text($$"""
        private static void ReduceBlock(int height, int ranks, ref float source, ref float factor, nint depth, float scaling, ref float result)
        {
            switch (ranks)
            {
                {{Blocks.Select(ranks => $"""
                    case {ranks} when height == 1:
                        Reduce1x{ranks}(ref source, ref factor, depth, scaling, ref result);
                        break;
                    case {ranks}:
                        Reduce{s_heights[0]}x{ranks}(ref source, ref factor, depth, scaling, ref result);
                        break;
                    """)}}
            }
        }
        """);

    private static string ReduceKernel(int height, int ranks) => Template.Text($$"""
        /// <summary>{{Count(height, "row")}} of the result, {{Count(ranks, "rank")}}.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Reduce{{height}}x{{ranks}}(ref float source, ref float factor, nint depth, float scaling, ref float result)
        {
            {{Rows(height, "source", "depth").Concat(Rows(ranks, "factor", "depth")).Concat(Zeros(height, ranks))}}
            nint k = 0;
            for (; k <= depth - TOperations.Count; k += TOperations.Count)
            {
                TVector {{CpuText.List(height, row => $"x{row} = TOperations.Load(ref {Row("source", row)}, k)")}};
                {{CpuText.Each(ranks, r => Template.Text($$"""
                    TVector a{{r}} = TOperations.Load(ref {{Row("factor", r)}}, k);
                    {{CpuText.Each(height, row => $"sum{row}x{r} = TOperations.MultiplyAdd(x{row}, a{r}, sum{row}x{r});")}}
                    """))}}
            }

            {{CpuText.Each(height * ranks, i => $"{Result(i / ranks, i % ranks)} = scaling * Sum(sum{i / ranks}x{i % ranks});")}}
            if (k < depth)
                RowTails.AddProducts(ref source, ref factor, depth, k, scaling, ref result, TRank.Value, {{height}}, {{ranks}});
        }
        """);

    /// <summary>
    /// Both gradients sum over the rows of a batch the product of a row of numbers by rank with a row of features; vectors run
    /// over the features. A worker has some features and sums all rows in order, so that the number of workers changes nothing.
    /// </summary>
    private static string Gradient => Template.Text($$"""
        /// <summary>{{FactorProduct.GradientOfA.Formula}} and, turned, {{FactorProduct.GradientOfB.Formula}}, shared by features.</summary>
        internal sealed class FactorGradient(Tensor byRank, Tensor byFeature, float scaling, bool turns, Tensor gradient) : ParallelWork
        {
            /// <inheritdoc/>
            public override void Run(int worker, int workers)
            {
                int strip = {{VectorShape.VectorsAtOnce}} * TOperations.Count;
                int rows = byFeature.Rows;
                int features = byFeature.Columns;
                int first = ShareStart(features, strip, worker, workers);
                int end = ShareStart(features, strip, worker + 1, workers);
                ref float ranks = ref MemoryMarshal.GetReference(byRank.Span);
                ref float values = ref MemoryMarshal.GetReference(byFeature.Span);
                ref float gradients = ref MemoryMarshal.GetReference(gradient.Span);
                ref float sums = ref ScratchMemory.Take(0, RanksAtOnce * strip);
                for (int feature = first, width; feature < end; feature += width)
                {
                    int left = end - feature;
                    width = left >= strip ? strip : TOperations.Count;
                    ref float source = ref Unsafe.Add(ref values, feature);
                    nint stride = features;
                    if (left < TOperations.Count)
                    {
                        ref float filled = ref ScratchMemory.Take(1, rows * TOperations.Count);
                        Tiles.Copy(ref source, features, ref filled, TOperations.Count, rows, left, TOperations.Count);
                        source = ref filled;
                        stride = TOperations.Count;
                    }

                    int columns = Math.Min(left, width);
                    for (int rank = 0; rank < TRank.Value; rank += RanksAtOnce)
                    {
                        int count = Math.Min(RanksAtOnce, TRank.Value - rank);
                        SumBlock(count, width == strip, ref Unsafe.Add(ref ranks, rank), ref source, stride, rows, ref sums);
                        if (turns)
                        {
                            ref float target = ref Unsafe.Add(ref gradients, ((nint)feature * TRank.Value) + rank);
                            FactorSums.AddTransposed(ref sums, width, ref target, TRank.Value, count, columns, scaling);
                        }
                        else
                        {
                            ref float target = ref Unsafe.Add(ref gradients, ((nint)rank * features) + feature);
                            FactorSums.Add<TVector, TOperations>(ref sums, width, ref target, features, count, columns, scaling);
                        }
                    }
                }
            }
        }
        """);

    private string GradientBlock => Template.Text($$"""
        private static void SumBlock(int ranks, bool isStrip, ref float byRank, ref float byFeature, nint stride, nint rows, ref float sums)
        {
            switch (ranks)
            {
                {{Blocks.Select(ranks => $"""
                    case {ranks} when isStrip:
                        Sum{ranks}x{VectorShape.VectorsAtOnce}(ref byRank, ref byFeature, stride, rows, ref sums);
                        break;
                    case {ranks}:
                        Sum{ranks}x1(ref byRank, ref byFeature, stride, rows, ref sums);
                        break;
                    """)}}
            }
        }
        """);

    private static string GradientKernel(int vectors, int ranks) => Template.Text($$"""
        /// <summary>sums[r, i] = Σ byRank[row, r] · byFeature[row, i] over rows, {{Count(ranks, "rank")}} x {{Count(vectors, "vector")}}.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Sum{{ranks}}x{{vectors}}(ref float byRank, ref float byFeature, nint stride, nint rows, ref float sums)
        {
            {{Zeros(ranks, vectors)}}
            for (; rows > 0; rows--)
            {
                TVector {{CpuText.List(vectors, vector => $"feature{vector} = TOperations.Load(ref byFeature, {VectorText.Distance(vector)})")}};
                {{CpuText.Each(ranks, r => Template.Text($$"""
                    TVector rank{{r}} = TOperations.Create({{CpuText.At("byRank", r)}});
                    {{CpuText.Each(vectors, vector => $"sum{r}x{vector} = TOperations.MultiplyAdd(feature{vector}, rank{r}, sum{r}x{vector});")}}
                    """))}}
                byFeature = ref Unsafe.Add(ref byFeature, stride);
                byRank = ref Unsafe.Add(ref byRank, TRank.Value);
            }

            {{CpuText.Each(ranks * vectors, i => $"TOperations.Store(sum{i / vectors}x{i % vectors}, ref sums, {VectorText.Distance(i)});")}}
        }
        """);

    /// <summary>The merge works straight on W's panels: a vector of B's numbers for each rank, one number of A's at a time.</summary>
    private static string Merge => Template.Text($$"""
        /// <summary>{{FactorProduct.Merge.Formula}}, shared by panels of W.</summary>
        internal sealed class Merge(Tensor weight, Tensor factorA, Tensor factorB, float scaling) : ParallelWork
        {
            /// <inheritdoc/>
            public override void Run(int worker, int workers)
            {
                int inFeatures = factorA.Columns;
                int outFeatures = factorB.Rows;
                int panels = (outFeatures + {{PanelWidth - 1}}) / {{PanelWidth}};
                int end = ShareStart(panels, 1, worker + 1, workers);
                ref float ws = ref MemoryMarshal.GetReference(weight.Span);
                ref float factor = ref MemoryMarshal.GetReference(factorA.Span);
                ref float bs = ref MemoryMarshal.GetReference(factorB.Span);
                ref float panelB = ref ScratchMemory.Take(0, {{PanelWidth}} * TRank.Value);
                for (int panel = ShareStart(panels, 1, worker, workers); panel < end; panel++)
                {
                    int width = Math.Min({{PanelWidth}}, outFeatures - (panel * {{PanelWidth}}));
                    ref float b = ref Unsafe.Add(ref bs, (nint)panel * ({{PanelWidth}} * TRank.Value));
                    Tiles.Pack(ref b, TRank.Value, width, TRank.Value, ref panelB, {{PanelWidth}}, scaling);
                    for (int lane = 0; lane < {{PanelWidth}}; lane += TOperations.Count)
                    {
                        ref float w = ref Unsafe.Add(ref ws, ((nint)panel * inFeatures * {{PanelWidth}}) + lane);
                        for (int rank = 0; rank < TRank.Value; rank += {{MergedAtOnce}})
                        {
                            int ranks = Math.Min({{MergedAtOnce}}, TRank.Value - rank);
                            ref float a = ref Unsafe.Add(ref factor, (nint)rank * inFeatures);
                            MergeBlock(ranks, ref w, ref Unsafe.Add(ref panelB, ({{PanelWidth}} * rank) + lane), ref a, inFeatures);
                        }
                    }
                }
            }
        }
        """);

    private string MergeBlock => Template.Text($$"""
        private static void MergeBlock(int ranks, ref float w, ref float b, ref float a, nint inFeatures)
        {
            switch (ranks)
            {
                {{needs.RankBlocks(MergedAtOnce).Select(ranks => $"""
                    case {ranks}:
                        Merge{ranks}(ref w, ref b, ref a, inFeatures);
                        break;
                    """)}}
            }
        }
        """);

    private static string MergeKernel(int ranks) => Template.Text($$"""
        /// <summary>w[i, lane] += Σ b[r, lane] · a[r, i], for a vector of lanes of a panel and {{Count(ranks, "rank")}}.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Merge{{ranks}}(ref float w, ref float b, ref float a, nint inFeatures)
        {
            TVector {{CpuText.List(ranks, r => $"b{r} = TOperations.Load(ref b, {CpuText.PanelWidth * r})")}};
            {{Rows(ranks, "a", "inFeatures")}}
            for (nint i = 0; i < inFeatures; i++)
            {
                TVector sum = TOperations.Load(ref w, 0);
                {{CpuText.Each(ranks, r => $"sum = TOperations.MultiplyAdd(b{r}, TOperations.Create(Unsafe.Add(ref {Row("a", r)}, i)), sum);")}}
                TOperations.Store(sum, ref w, 0);
                w = ref Unsafe.Add(ref w, {{PanelWidth}});
            }
        }
        """);

    /// <summary>References to the rows after the first.</summary>
    private static IEnumerable<string> Rows(int count, string name, string stride) =>
        CpuText.Each(count - 1, row => $"ref float {Row(name, row + 1)} = ref Unsafe.Add(ref {Row(name, row)}, {stride});");

    private static IEnumerable<string> Zeros(int rows, int columns) =>
        CpuText.Each(rows, row => $"TVector {CpuText.List(columns, column => $"sum{row}x{column} = TOperations.Zero")};");

    private static string Row(string name, int row) => row == 0 ? name : $"{name}{row}";

    /// <summary>The result of a row and a rank.</summary>
    private static string Result(int row, int rank) => row switch
    {
        0 => CpuText.At("result", rank),
        1 => $"Unsafe.Add(ref result, TRank.Value{(rank == 0 ? "" : $" + {rank}")})",
        _ => $"Unsafe.Add(ref result, ({row} * TRank.Value){(rank == 0 ? "" : $" + {rank}")})",
    };

    private static string Count(int number, string name) => number == 1 ? $"1 {name}" : $"{number} {name}s";
}
