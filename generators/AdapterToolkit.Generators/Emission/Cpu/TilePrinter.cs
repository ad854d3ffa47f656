using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// Prints the innermost kernels of a product with W: a tile of the result that is held in registers while the sum runs.
/// Each step loads two vectors and multiplies them by some single numbers, spread over a vector each. Where W is read by
/// its transpose, vectors run over the outputs (W) and the single numbers are rows' (x); where it is read as stored,
/// vectors run over the rows (dy) and the single numbers are W's.
/// </summary>
/// <param name="needs">What the assembly needs.</param>
/// <param name="shape">The vectors.</param>
internal sealed class TilePrinter(KernelNeeds needs, VectorShape shape)
{
    private readonly string _vector = shape.Name;

    /// <summary>A call of a step.</summary>
    /// <param name="height">The tile's height.</param>
    /// <param name="vectors">The two vectors: a reference, or both.</param>
    /// <param name="singles">The reference to the single numbers.</param>
    /// <param name="stride">From one of these to the next.</param>
    /// <param name="low">The name of the sum of a row with the first vector.</param>
    /// <param name="high">The name of the sum of a row with the second vector.</param>
    public static string Step(int height, string vectors, string singles, string stride, Func<int, string> low, Func<int, string> high) =>
        $"Step{height}({vectors}, {singles}, {stride}, {CpuText.List(height, row => $"ref {low(row)}, ref {high(row)}")});";

    /// <summary>The members of the variant that choose a tile's kernel by its height.</summary>
    public IEnumerable<string> Choices()
    {
        yield return Choice("Multiply", shape.TileHeights, readsCodes: false);
        if (needs.IsPacked)
            yield return Choice("MultiplyCodes", shape.HeightsInRegisters, readsCodes: true);
    }

    /// <summary>The steps and the kernels of each height.</summary>
    public IEnumerable<string> Kernels()
    {
        foreach (int height in shape.TileHeights)
        {
            yield return Step(height, "ref float vectors", $"Floats low = {shape.Load("vectors", 0)}, high = {shape.Load("vectors", shape.Lanes)};");
            if (ReadsCodes(height))
                yield return Step(height, "Floats low, Floats high", string.Empty);
        }

        yield return Template.Text($$"""
            /// <summary>The kernels of tiles, for one weight and one rank.</summary>
            private static class Tile<TWeight, TRank>
                {{KernelParametersPrinter.WeightAndRank}}
            {
                {{string.Join("\n\n", shape.TileHeights.Select(Kernel))}}
            }
            """);
    }

    private bool ReadsCodes(int height) => needs.IsPacked && shape.HeightsInRegisters.Contains(height);

    private string Choice(string name, IEnumerable<int> heights, bool readsCodes) => Template.Text($$"""
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void {{name}}<TWeight, TRank>(int height, {{KernelParametersPrinter.TileParameters(needs, readsCodes, withTypes: true)}})
            {{KernelParametersPrinter.WeightAndRank}}
        {
            switch (height)
            {
                {{heights.Select(height => $"""
                    {(height == 1 ? "default:" : $"case {height}:")}
                        Tile<TWeight, TRank>.Sum{height}({Arguments(height, readsCodes)});
                        break;
                    """)}}
            }
        }
        """);

    /// <summary>What a choice passes: tiles that may read codes take scales, which numbers in float32 do not have.</summary>
    private string Arguments(int height, bool readsCodes)
    {
        string arguments = KernelParametersPrinter.TileParameters(needs, ReadsCodes(height), withTypes: false);
        return readsCodes ? arguments : arguments.Replace("ref scales", "ref Unsafe.NullRef<float>()");
    }

    private string Step(int height, string vectors, string start) => Template.Text($$"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Step{{height}}({{vectors}}, ref float singles, nint stride, {{CpuText.List(height, row => $"ref Floats low{row}, ref Floats high{row}")}})
        {
            {{start}}
            {{CpuText.Each(height, row => $"""
                Floats single{row} = {_vector}.Create({(row == 0 ? "singles" : $"Unsafe.Add(ref singles, {(row == 1 ? "stride" : $"{row} * stride")})")});
                low{row} = {_vector}.MultiplyAddEstimate(low, single{row}, low{row});
                high{row} = {_vector}.MultiplyAddEstimate(high, single{row}, high{row});
                """)}}
        }
        """);

    private string Kernel(int height) => Template.Text($$"""
        /// <summary>{{Summary(height)}}</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void Sum{{height}}({{KernelParametersPrinter.TileParameters(needs, ReadsCodes(height), withTypes: true)}})
        {
            Floats {{CpuText.List(height, row => $"low{row}, high{row}")}};
            if (starts)
            {
                {{string.Concat(Enumerable.Range(0, height).Select(row => $"low{row} = "))}}TWeight.IsTransposed ? {{shape.Load("bias", 0)}} : Floats.Zero;
                {{string.Concat(Enumerable.Range(0, height).Select(row => $"high{row} = "))}}TWeight.IsTransposed ? {{shape.Load("bias", shape.Lanes)}} : Floats.Zero;
            }
            else
            {
                ref float row = ref result;
                {{CpuText.Each(height, row => $"""
                    low{row} = {shape.Load("row", 0)};
                    high{row} = {shape.Load("row", shape.Lanes)};{(row + 1 < height ? "\nrow = ref Unsafe.Add(ref row, stride);" : string.Empty)}
                    """)}}
            }

            {{SumOverWeight(height)}}

            {{LowRankTermPrinter.Tile(needs, shape, height)}}

            {{CpuText.Each(height, row => $"""
                {shape.Store($"low{row}", "result", 0)}
                {shape.Store($"high{row}", "result", shape.Lanes)}{(row + 1 < height ? "\nresult = ref Unsafe.Add(ref result, stride);" : string.Empty)}
                """)}}
        }
        """);

    private string Summary(int height)
    {
        string rows = height == 1 ? "row" : "rows", features = height == 1 ? "feature" : "features";
        (string forward, string backward) = needs.HasLowRank ? ("y = x Wᵀ + s·u Bᵀ + bias", "dx = dy W + v A") : ("y = x Wᵀ + bias", "dx = dy W");
        return $"{forward} for {height} {rows} and {shape.TileWidth} output features, or {backward} for {shape.TileWidth} rows and {height} input {features}.";
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
                        vectors = ref Unsafe.Add(ref vectors, {{shape.TileWidth}});
                        singles = ref Unsafe.Add(ref singles, 1);
                    }

                    singles = ref Unsafe.Add(ref singles, piece - {{CpuText.PanelWidth}});
                }
            }
            """);
        if (ReadsCodes(height))
        {
            if (needs.HasBits(4))
                yield return CodeSumPrinter.FourBits(shape, height);
            if (needs.HasBits(16))
                yield return CodeSumPrinter.SixteenBits(shape, height);
        }

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
