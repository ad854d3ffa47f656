using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints products as kernels that work on tiles: a group brings eight summands of its rows and columns into shared memory,
/// every thread adds their 8 x 8 products to the results that it holds in registers, and meanwhile the next eight are on
/// their way. A term goes on with the same sum.
/// </summary>
internal static class TiledKernelsPrinter
{
    /// <summary>The kernels, one for each product.</summary>
    public static string Print(IEnumerable<Product> products) => Template.Text($$"""
        /// <summary>The products with W for many rows, in tiles.</summary>
        public static class TiledKernels
        {
            {{KernelText.Members(products.Select(Kernel))}}
        }
        """);

    private static string Kernel(Product product)
    {
        ProductNames names = new(product);
        AcceleratorTiling tiling = product.AcceleratorTiling;
        return Template.Text($$"""
            /// <summary>{{names.Formula}}, {{tiling.Results}} x {{tiling.Results}} results a group of {{tiling.Threads}} threads.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void {{product.Name}}<TWeight, TTile, TTerm>({{names.Parameters}})
                where TWeight : struct, IWeight
                where TTile : struct, IWeightTile<TWeight>
                where TTerm : struct, ITerm
            {
                // Two stages of {{tiling.Depth}} summands, so that one is read while the next is written.
                Quads left = SharedMemory.Allocate<FourFloats>({{2 * tiling.Stage}});
                Quads right = SharedMemory.Allocate<FourFloats>({{2 * tiling.Stage}});
                TilePlace place = TilePlace.OfThread();
                RowTile rowTile = default;
                rowTile.Begin({{product.Left}}, place.Thread, place.FirstRow, rows, {{names.Summed}});
                TTile weightTile = default;
                weightTile.Begin(weight, weight.Table({{tiling.Threads}}), place, inFeatures, outFeatures);
                TileSums sums = default;

                // The first tile takes what whole tiles leave over, and zeros; all others are whole.
                int first = {{names.Summed}} - ({{names.Summed}} - 1) / {{tiling.Depth}} * {{tiling.Depth}};
                int last = Math.Max({{names.Summed}} - {{tiling.Depth}}, 0);
                int stage = 0;
                rowTile.LoadFirst(first);
                weightTile.LoadFirst(first);
                rowTile.Store(left, stage);
                weightTile.Store(right, stage);
                Group.Barrier();

                // After the last tile the loads repeat it, and nobody reads what they bring.
                for (int next = first; next < {{names.Summed}} + {{tiling.Depth}}; next += {{tiling.Depth}})
                {
                    int summand = Math.Min(next, last);
                    rowTile.Load(summand);
                    weightTile.Load(summand);
                    sums.AddTile(place, left, right, stage);
                    stage = 1 - stage;
                    rowTile.Store(left, stage);
                    weightTile.Store(right, stage);
                    Group.Barrier();
                }

                term.AddTo(ref sums, place, left, right, rows, {{names.Columns}});
                {{Epilogue(product, names)}}
            }
            """);
    }

    private static IEnumerable<string> Epilogue(Product product, ProductNames names)
    {
        if (product.Epilogue.HasBias)
            yield return $"sums.AddBias(place, bias, {names.Columns});";
        yield return $"sums.Store(place, {product.Result}, rows, {names.Columns});";
    }
}
