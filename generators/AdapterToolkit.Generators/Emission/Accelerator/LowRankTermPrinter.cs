using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the low-rank terms: what they are for any rank, once, and for each rank the sums over its components, unrolled. One term on all rows goes on with the
/// sum of W's product, in a tile in pieces of as many components as a tile has summands. A list is added to the results of W's product, which then needs no
/// more registers and no other tiles than without it.
/// </summary>
/// <param name="term">The terms.</param>
internal sealed class LowRankTermPrinter(LowRankTerms term) : TermPrinter
{
    private const string ListKernels = "TermListKernels";
    private const string ListLaunches = "TermListLaunches";

    /// <summary>The type that holds the sums over a rank.</summary>
    public static string RankName(int rank) => $"Rank{rank}";

    /// <summary>The launches of the products with the factors of a rank.</summary>
    public static string FactorLaunches(int rank) => $"FactorLaunches<{RankName(rank)}, {FactorKernelsPrinter.ComponentsName(rank)}>";

    /// <inheritdoc/>
    public override string Operand(Product product) => $"{TypeName(product)}<{RankName(term.Rank)}>.Of({term.Left}, terms)";

    /// <inheritdoc/>
    public override IEnumerable<string> Before(Product product) =>
    [
        $"if ({term.Left} is not null)",
        $"    {FactorLaunches(term.Rank)}.{(IsTransposed(product) ? FactorProduct.Reduce : FactorProduct.ReduceGradient).Name}"
            + $"(device, {product.Left}, terms, {term.Left});",
    ];

    /// <inheritdoc/>
    public override IEnumerable<string> After(Product product) =>
        [$"{ListLaunches}<{RankName(term.Rank)}>.{product.Name}(device, {term.Left}, terms, {product.Result});"];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string[] Parts)> Files(IReadOnlyList<Product> products, KernelNeeds needs)
    {
        int[] ranks = [.. needs.Ranks.Where(rank => rank > 0)];
        yield return ("LowRankTerms", [PlacementsPrinter.Print(), Print(products)]);
        yield return ("FactorKernels", [FactorKernelsPrinter.Print(), FactorKernelsPrinter.PrintComponents(ranks), FactorLaunchesPrinter.Print()]);
        yield return ("NarrowFactorKernels", [NarrowFactorKernelsPrinter.Print()]);
        foreach (int rank in ranks)
            yield return (RankName(rank), [PrintRank(rank, products[0].AcceleratorTiling)]);
    }

    private static string TypeName(Product product) => $"{product.Name}LowRank";

    private static LowRankTerms Of(Product product) => product.Terms.OfType<LowRankTerms>().Single();

    /// <summary>What does not depend on the rank.</summary>
    /// <param name="products">A product of each kind, with its term.</param>
    private static string Print(IReadOnlyList<Product> products) => Template.Text($$"""
        /// <summary>A term of some rank, in memory that threads share.</summary>
        public interface ILowRank
        {
            /// <summary>Brings a few of the components of a tile's rows and columns into memory.</summary>
            void Bring(TilePlace place, View left, View right, int first, int components, int rows, int columns);
        }

        /// <summary>The sums over a rank.</summary>
        public interface IRank
        {
            static abstract int Components { get; }

            /// <summary>Σ left[c] · right[c · step] over the components c, counted from the first of each side.</summary>
            static abstract float Dot(View left, int firstLeft, View right, int firstRight, int step);

            /// <summary>sums += term, in pieces of at most {{products[0].AcceleratorTiling.Depth}} components.</summary>
            static abstract void AddTo<TTerm>(ref TileSums sums, TTerm term, TilePlace place, Quads left, Quads right, int rows, int columns)
                where TTerm : struct, ILowRank;
        }

        {{KernelText.Members(products.Select(Term))}}

        /// <summary>What adds lists of terms to results that are there, one result a thread. The kernels suit groups of any size.</summary>
        public static class {{ListKernels}}
        {
            {{KernelText.Members(products.Select(ListKernel))}}
        }

        internal static class {{ListLaunches}}<TRank>
            where TRank : struct, IRank
        {
            {{KernelText.Members(products.Select(ListLaunch))}}
        }
        """);

    /// <summary>What depends on the rank.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="tiling">The tiles.</param>
    private static string PrintRank(int rank, AcceleratorTiling tiling) => Template.Text($$"""
        /// <summary>Sums over {{(rank == 1 ? "one component" : $"{rank} components")}}.</summary>
        public struct {{RankName(rank)}} : IRank
        {
            public static int Components => {{rank}};

            public static float Dot(View left, int firstLeft, View right, int firstRight, int step)
            {
                float sum = 0f;
                {{Enumerable.Range(0, rank).Select(Summand)}}
                return sum;
            }

            public static void AddTo<TTerm>(ref TileSums sums, TTerm term, TilePlace place, Quads left, Quads right, int rows, int columns)
                where TTerm : struct, ILowRank
            {
                View leftNumbers = left.Cast<float>(), rightNumbers = right.Cast<float>();
                {{Stretches(rank, tiling)}}
            }
        }
        """);

    private static string Summand(int component)
    {
        string right = component switch { 0 => "firstRight", 1 => "firstRight + step", _ => $"firstRight + {component} * step" };
        return $"sum += left[{KernelText.Plus("firstLeft", component)}] * right[{right}];";
    }

    private static IEnumerable<string> Stretches(int rank, AcceleratorTiling tiling)
    {
        for (int first = 0; first < rank; first += tiling.Depth)
        {
            int components = Math.Min(tiling.Depth, rank - first);
            if (first > 0)
                yield return "Group.Barrier();";
            yield return $"term.Bring(place, leftNumbers, rightNumbers, {first}, {components}, rows, columns);";
            if (components == tiling.Depth)
            {
                yield return "sums.AddTile(place, left, right, 0);";
                continue;
            }

            for (int component = 0; component < components; component++)
                yield return $"sums.Add(left.SubView(place.ThreadRow), right.SubView(place.ThreadColumn), {component});";
        }
    }

    /// <summary>
    /// The term of one product. Its left side is rows x rank; its right side is B, which is columns x rank, or A, which is
    /// rank x columns.
    /// </summary>
    private static string Term(Product product)
    {
        LowRankTerms term = Of(product);
        bool isTransposed = IsTransposed(product);
        string left = NameOf(term.Left), right = NameOf(term.Right), factor = term.Scales ? "Scaling * " : string.Empty;
        string dot = $"TRank.Dot({left}, row * TRank.Components, {right}, {Column(product)})";
        AcceleratorTiling tiling = product.AcceleratorTiling;
        int stride = tiling.Stride * AcceleratorTiling.Quad;
        return Template.Text($$"""
            /// <summary>{{Formula(product)}} of one term on all rows; its sides are empty where there is none.</summary>
            public struct {{TypeName(product)}}<TRank> : ITerm, ILowRank
                where TRank : struct, IRank
            {
                public View {{left}}, {{right}};
                {{(term.Scales ? "public float Scaling;" : string.Empty)}}

                public static {{TypeName(product)}}<TRank> Of(Tensor? {{term.Left}}, LowRankTerms terms) =>
                    terms.OnAllRows is not { } factors || {{term.Left}} is null ? default : new()
                    {
                        {{left}} = {{term.Left}}.View,
                        {{right}} = factors.{{right}}.Value.View,
                        {{(term.Scales ? "Scaling = factors.Scaling," : string.Empty)}}
                    };

                public float AddTo(float result, int row, int column, int columns) =>
                    {{left}}.Length > 0 ? result + {{factor}}{{dot}} : result;

                public void AddTo(ref TileSums sums, TilePlace place, Quads left, Quads right, int rows, int columns)
                {
                    if ({{left}}.Length > 0)
                        TRank.AddTo(ref sums, this, place, left, right, rows, columns);
                }

                public void Bring(TilePlace place, View left, View right, int first, int components, int rows, int columns)
                {
                    for (int i = place.Thread; i < {{tiling.Results}} * components; i += {{tiling.Threads}})
                    {
                        int row = Math.Min(place.FirstRow + i / components, rows - 1), component = i % components;
                        left[component * {{stride}} + i / components] = {{factor}}{{left}}[row * TRank.Components + first + component];
                    }

                    for (int i = place.Thread; i < {{tiling.Results}} * components; i += {{tiling.Threads}})
                    {
                        {{(isTransposed ? BringColumns(right, tiling) : BringComponents(right, tiling))}}
                    }

                    Group.Barrier();
                }
            }
            """);
    }

    private static string ListKernel(Product product)
    {
        LowRankTerms term = Of(product);
        string scaling = term.Scales ? "placement.Scaling * " : string.Empty;
        return Template.Text($$"""
            /// <summary>{{product.Result}} += Σ {{Formula(product)}} over the terms on a row.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void {{product.Name}}<TRank>(View {{term.Left}}, SomeRows placements, View {{product.Result}}, int rows, int columns)
                where TRank : struct, IRank
            {
                int index = Grid.IdxX * Group.DimX + Group.IdxX;
                if (index >= rows * columns)
                    return;
                int row = index / columns;
                int column = index % columns;
                float result = {{product.Result}}[index];
                for (int i = 0; i < placements.Count; i++)
                {
                    Placement placement = placements.At(i);
                    if (row >= placement.First && row < placement.End)
                        result += {{scaling}}TRank.Dot({{term.Left}}, (placement.Slot + row) * TRank.Components, placement.Factor, {{Column(product)}});
                }

                {{product.Result}}[index] = result;
            }
            """);
    }

    private static string ListLaunch(Product product)
    {
        LowRankTerms term = Of(product);
        return Template.Text($$"""
            /// <summary>{{product.Result}} += Σ {{Formula(product)}}, where it is more than the one term on all rows that the product adds itself.</summary>
            public static void {{product.Name}}(AcceleratorDevice device, Tensor? {{term.Left}}, LowRankTerms terms, Tensor {{product.Result}})
            {
                if ({{term.Left}} is null || terms.OnAllRows is not null)
                    return;
                int rows = {{product.Result}}.Rows, columns = {{product.Result}}.Columns;
                for (int first = 0; first < terms.Placements.Length; first += {{PlacementsPrinter.Most}})
                {
                    SomeRows some = SomeRows.Of(terms, first, {{(IsTransposed(product) ? "true" : "false")}}, rows, 1, out _);
                    KernelConfig config = Launches.OneThreadEach(device, rows * columns);
                    device.Launch({{ListKernels}}.{{product.Name}}<TRank>, config, {{term.Left}}.View, some, {{product.Result}}.View, rows, columns);
                }
            }
            """);
    }

    private static bool IsTransposed(Product product) => product.Weight.Use == WeightUse.Transposed;

    private static string Formula(Product product)
    {
        LowRankTerms term = Of(product);
        return $"{(term.Scales ? "s·" : string.Empty)}{term.Left} {NameOf(term.Right)}{(IsTransposed(product) ? "ᵀ" : string.Empty)}";
    }

    /// <summary>Where a column of the right side begins, and the step from one of its components to the next.</summary>
    private static string Column(Product product) => IsTransposed(product) ? "column * TRank.Components, 1" : "column, columns";

    /// <summary>A column's components lie side by side, and neighbouring threads read them.</summary>
    private static IEnumerable<string> BringColumns(string right, AcceleratorTiling tiling) =>
    [
        "int column = Math.Min(place.FirstColumn + i / components, columns - 1), component = i % components;",
        $"right[component * {tiling.Stride * AcceleratorTiling.Quad} + i / components] = {right}[column * TRank.Components + first + component];",
    ];

    /// <summary>A component's columns lie side by side, and neighbouring threads read them.</summary>
    private static IEnumerable<string> BringComponents(string right, AcceleratorTiling tiling) =>
    [
        $"int column = Math.Min(place.FirstColumn + i % {tiling.Results}, columns - 1), component = i / {tiling.Results};",
        $"right[component * {tiling.Stride * AcceleratorTiling.Quad} + i % {tiling.Results}] = {right}[(first + component) * columns + column];",
    ];

    private static string NameOf(string side) => side.ToUpperInvariant();
}
