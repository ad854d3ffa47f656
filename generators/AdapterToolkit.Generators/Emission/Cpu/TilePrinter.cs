using AdapterToolkit.Generators.Planning.Products;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the innermost kernels of a product with W: a tile of the result that is held in registers while the sum runs.
/// Each step loads two vectors and multiplies them by some single numbers, spread over a vector each. Where W is read by
/// its transpose, vectors run over the outputs (W) and the single numbers are rows' (x); where it is read as stored,
/// vectors run over the rows (dy) and the single numbers are W's.
/// </summary>
/// <param name="needs">What the assembly needs.</param>
/// <param name="text">The vectors.</param>
internal sealed class TilePrinter(KernelNeeds needs, VectorText text)
{
    /// <summary>A call of a step.</summary>
    /// <param name="height">The tile's height.</param>
    /// <param name="vectors">The two vectors: a reference, or both.</param>
    /// <param name="singles">The reference to the single numbers.</param>
    /// <param name="distance">From one of these to the next; where both vectors are given, from the reference to the first.</param>
    /// <param name="low">The name of the sum of a row with the first vector.</param>
    /// <param name="high">The name of the sum of a row with the second vector.</param>
    public static string Step(int height, string vectors, string singles, string distance, Func<int, string> low, Func<int, string> high) =>
        $"Step{height}({vectors}, {singles}, {distance}, {CpuText.List(height, row => $"ref {low(row)}, ref {high(row)}")});";

    /// <summary>The steps and the kernels of some heights.</summary>
    public IEnumerable<string> Kernels(IEnumerable<int> heights)
    {
        foreach (int height in heights)
        {
            yield return Step(
                height,
                "ref float vectors",
                "nint stride",
                row => row switch
                {
                    0 => "singles",
                    1 => "Unsafe.Add(ref singles, stride)",
                    _ => $"Unsafe.Add(ref singles, {row} * stride)",
                },
                $"{text.Type} low = {text.Load("vectors", 0)}, high = {text.Load("vectors", 1)};");
            if (ReadsCodes(height))
            {
                yield return Step(
                    height,
                    $"{text.Type} low, {text.Type} high",
                    "nint first",
                    row => row == 0 ? "Unsafe.Add(ref singles, first)" : $"Unsafe.Add(ref singles, first + {row})",
                    string.Empty);
            }

            yield return Kernel(height);
        }
    }

    /// <summary>The kernels of all tiles but those that only the widest vectors have the registers for.</summary>
    public static string AnyWidth(KernelNeeds needs) => Template.Text($$"""
        /// <summary>The kernels of tiles for one weight, one rank and vectors of one width.</summary>
        private static class Tile<TVectors, TVector, TOperations, TWeight, TRank>
            {{(needs.IsPacked ? "where TVectors : struct, ICodes<TVector>" : string.Empty)}}
            where TVector : struct
            where TOperations : struct, {{RuntimeNames.IVectorOperations}}<TVector>
            {{KernelParametersPrinter.WeightAndRank}}
        {
            {{string.Join("\n\n", new TilePrinter(needs, VectorText.AnyWidth).Kernels(VectorShape.SharedHeights))}}
        }
        """);

    /// <summary>The members of a variant that choose a tile's kernel by its height.</summary>
    public static IEnumerable<string> Choices(KernelNeeds needs, VectorShape shape)
    {
        yield return Choice(needs, shape, "Multiply", shape.TileHeights, readsCodes: false);
        if (needs.IsPacked)
            yield return Choice(needs, shape, "MultiplyCodes", shape.HeightsInRegisters, readsCodes: true);
    }

    private static string Choice(KernelNeeds needs, VectorShape shape, string name, IEnumerable<int> heights, bool readsCodes) => Template.Text($$"""
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void {{name}}<TWeight, TRank>(int height, {{KernelParametersPrinter.TileParameters(needs, readsCodes, withTypes: true)}})
            {{KernelParametersPrinter.WeightAndRank}}
        {
            switch (height)
            {
                {{heights.Select(height => $"""
                    {(height == 1 ? "default:" : $"case {height}:")}
                        {shape.Tile(height)}.Sum{height}({Arguments(needs, height, readsCodes)});
                        break;
                    """)}}
            }
        }
        """);

    /// <summary>What a choice passes: tiles that may read codes take scales, which numbers in float32 do not have.</summary>
    private static string Arguments(KernelNeeds needs, int height, bool readsCodes)
    {
        string arguments = KernelParametersPrinter.TileParameters(needs, height <= VectorShape.MostRowsInRegisters, withTypes: false);
        return readsCodes ? arguments : arguments.Replace("ref scales", "ref Unsafe.NullRef<float>()");
    }

    private bool ReadsCodes(int height) => needs.IsPacked && height <= VectorShape.MostRowsInRegisters;

    private string Step(int height, string vectors, string distance, Func<int, string> single, string start) => Template.Text($$"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Step{{height}}(
            {{vectors}}, ref float singles, {{distance}}, {{CpuText.List(height, row => $"ref {text.Type} low{row}, ref {text.Type} high{row}")}})
        {
            {{start}}
            {{CpuText.Each(height, row => $"""
                {text.Type} single{row} = {text.Operations}.Create({single(row)});
                low{row} = {text.Operations}.{text.MultiplyAdd}(low, single{row}, low{row});
                high{row} = {text.Operations}.{text.MultiplyAdd}(high, single{row}, high{row});
                """)}}
        }
        """);

    private string Kernel(int height) => Template.Text($$"""
        /// <summary>{{Summary(height)}}</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void Sum{{height}}({{KernelParametersPrinter.TileParameters(needs, ReadsCodes(height), withTypes: true)}})
        {
            {{text.Type}} {{CpuText.List(height, row => $"low{row}, high{row}")}};
            if (starts)
            {
                {{CpuText.Each(height, row => $"low{row} = ", "")}}TWeight.IsTransposed ? {{text.Load("bias", 0)}} : {{text.Zero}};
                {{CpuText.Each(height, row => $"high{row} = ", "")}}TWeight.IsTransposed ? {{text.Load("bias", 1)}} : {{text.Zero}};
            }
            else
            {
                ref float row = ref result;
                {{CpuText.Each(height, row => $"""
                    low{row} = {text.Load("row", 0)};
                    high{row} = {text.Load("row", 1)};{(row + 1 < height ? "\nrow = ref Unsafe.Add(ref row, stride);" : string.Empty)}
                    """)}}
            }

            {{SumOverWeight(height)}}

            {{TermPrinter.All(needs).Select(term => term.Tile(text, height))}}

            {{CpuText.Each(height, row => $"""
                {text.Store($"low{row}", "result", 0)}
                {text.Store($"high{row}", "result", 1)}{(row + 1 < height ? "\nresult = ref Unsafe.Add(ref result, stride);" : string.Empty)}
                """)}}
        }
        """);

    private string Summary(int height)
    {
        string rows = height == 1 ? "row" : "rows", features = height == 1 ? "feature" : "features";
        (string forward, string backward) = needs.HasLowRank ? ("y = x Wᵀ + s·u Bᵀ + bias", "dx = dy W + v A") : ("y = x Wᵀ + bias", "dx = dy W");
        return $"{forward} for {height} {rows} and two vectors of output features, or {backward} for two vectors of rows and {height} input {features}.";
    }

    private IEnumerable<string> SumOverWeight(int height)
    {
        yield return Template.Text($$"""
            if (!TWeight.IsTransposed)
            {
                for (; depth > 0; depth -= {{CpuText.PanelWidth}})
                {
                    for (nint left = depth < {{CpuText.PanelWidth}} ? depth : {{CpuText.PanelWidth}}; left > 0; left--)
                    {
                        {{Step(height, "ref vectors", "ref singles", $"{CpuText.PanelWidth}", row => $"low{row}", row => $"high{row}")}}
                        vectors = ref Unsafe.Add(ref vectors, {{text.TileWidth}});
                        singles = ref Unsafe.Add(ref singles, 1);
                    }

                    singles = ref Unsafe.Add(ref singles, piece - {{CpuText.PanelWidth}});
                }
            }
            """);
        if (ReadsCodes(height) && needs.HasBits(4))
            yield return CodeSumPrinter.FourBits(height);
        if (ReadsCodes(height) && needs.HasBits(16))
            yield return CodeSumPrinter.SixteenBits(height);
        yield return Template.Text($$"""
            else
            {
                for (; depth > 0; depth--)
                {
                    {{Step(height, "ref vectors", "ref singles", "1", row => $"low{row}", row => $"high{row}")}}
                    vectors = ref Unsafe.Add(ref vectors, {{CpuText.PanelWidth}});
                    singles = ref Unsafe.Add(ref singles, {{height}});
                }
            }
            """);
    }
}
