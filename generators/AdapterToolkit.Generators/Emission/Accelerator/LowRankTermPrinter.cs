using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the low-rank term: what it is for any rank, once, and for each rank the sums over its components, unrolled. In a
/// tile it goes on with the product's sum, in pieces of as many components as a tile has summands.
/// </summary>
internal static class LowRankTermPrinter
{
    /// <summary>The type that holds the sums over a rank.</summary>
    public static string RankName(int rank) => $"Rank{rank}";

    /// <summary>The type of a product's term.</summary>
    public static string TypeName(Product product) => $"{product.Name}LowRank";

    /// <summary>The term of a product with what an adapter gives it.</summary>
    public static string Expression(Product product, LowRankTerm term) => $"{TypeName(product)}<{RankName(term.Rank)}>.Of({term.Left}, factors)";

    /// <summary>What does not depend on the rank.</summary>
    /// <param name="products">A product of each kind, with its term.</param>
    public static string Print(IEnumerable<Product> products) => Template.Text($$"""
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

            /// <summary>sums += term, in pieces of at most {{TileShape.Depth}} components.</summary>
            static abstract void AddTo<TTerm>(ref TileSums sums, TTerm term, TilePlace place, Quads left, Quads right, int rows, int columns)
                where TTerm : struct, ILowRank;
        }

        {{string.Join("\n\n", products.Select(Term))}}
        """);

    /// <summary>What depends on the rank.</summary>
    public static string PrintRank(int rank) => Template.Text($$"""
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
                {{Stretches(rank)}}
            }
        }
        """);

    private static string Summand(int component)
    {
        string right = component switch { 0 => "firstRight", 1 => "firstRight + step", _ => $"firstRight + {component} * step" };
        return $"sum += left[{KernelText.Plus("firstLeft", component)}] * right[{right}];";
    }

    private static IEnumerable<string> Stretches(int rank)
    {
        for (int first = 0; first < rank; first += TileShape.Depth)
        {
            int components = Math.Min(TileShape.Depth, rank - first);
            if (first > 0)
                yield return "Group.Barrier();";
            yield return $"term.Bring(place, leftNumbers, rightNumbers, {first}, {components}, rows, columns);";
            if (components == TileShape.Depth)
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
        LowRankTerm term = product.LowRank!;
        bool isTransposed = product.Weight.Use == WeightUse.Transposed;
        string left = NameOf(term.Left), right = NameOf(term.Right), factor = term.Scales ? "Scaling * " : string.Empty;
        string formula = $"{(term.Scales ? "s·" : string.Empty)}{term.Left} {right}{(isTransposed ? "ᵀ" : string.Empty)}";
        string dot = $"TRank.Dot({left}, row * TRank.Components, {right}, {(isTransposed ? "column * TRank.Components, 1" : "column, columns")})";
        int stride = TileShape.Stride * TileShape.Quad;
        return Template.Text($$"""
            /// <summary>{{formula}}; without an adapter its sides are empty.</summary>
            public struct {{TypeName(product)}}<TRank> : ITerm, ILowRank
                where TRank : struct, IRank
            {
                public View {{left}}, {{right}};
                {{(term.Scales ? "public float Scaling;" : string.Empty)}}

                public static {{TypeName(product)}}<TRank> Of(Tensor? {{term.Left}}, LowRankFactors? factors) => new()
                {
                    {{left}} = {{term.Left}}?.View ?? default,
                    {{right}} = factors?.{{right}}.Value.View ?? default,
                    {{(term.Scales ? "Scaling = factors?.Scaling ?? 0f," : string.Empty)}}
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
                    for (int i = place.Thread; i < {{TileShape.Results}} * components; i += {{TileShape.Threads}})
                    {
                        int row = Math.Min(place.FirstRow + i / components, rows - 1), component = i % components;
                        left[component * {{stride}} + i / components] = {{factor}}{{left}}[row * TRank.Components + first + component];
                    }

                    for (int i = place.Thread; i < {{TileShape.Results}} * components; i += {{TileShape.Threads}})
                    {
                        {{(isTransposed ? BringColumns(right) : BringComponents(right))}}
                    }

                    Group.Barrier();
                }
            }
            """);
    }

    /// <summary>A column's components lie side by side, and neighbouring threads read them.</summary>
    private static IEnumerable<string> BringColumns(string right) =>
    [
        "int column = Math.Min(place.FirstColumn + i / components, columns - 1), component = i % components;",
        $"right[component * {TileShape.Stride * TileShape.Quad} + i / components] = {right}[column * TRank.Components + first + component];",
    ];

    /// <summary>A component's columns lie side by side, and neighbouring threads read them.</summary>
    private static IEnumerable<string> BringComponents(string right) =>
    [
        $"int column = Math.Min(place.FirstColumn + i % {TileShape.Results}, columns - 1), component = i / {TileShape.Results};",
        $"right[component * {TileShape.Stride * TileShape.Quad} + i % {TileShape.Results}] = {right}[(first + component) * columns + column];",
    ];

    private static string NameOf(string side) => side.ToUpperInvariant();
}
