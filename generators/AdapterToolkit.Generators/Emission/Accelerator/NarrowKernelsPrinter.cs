using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints products as the plainest kernels: one thread computes one result, in groups of 16 that share nothing but a table
/// of codes. They are for ILGPU's CPU accelerator, whose groups are that small, and a debugger steps through them line by line.
/// </summary>
internal static class NarrowKernelsPrinter
{
    /// <summary>Threads of a group, each with a column of one row.</summary>
    public const int Threads = 16;

    public static string Print(IEnumerable<Product> products) => Template.Text($$"""
        /// <summary>The products with W in their plainest form, for debugging.</summary>
        public static class NarrowKernels
        {
            {{KernelText.Members(products.Select(Kernel))}}
        }
        """);

    private static string Kernel(Product product)
    {
        ProductNames names = new(product);
        string element = product.Weight.Use == WeightUse.Transposed ? "column * inFeatures + i" : "i * inFeatures + column";
        return Template.Text($$"""
            /// <summary>{{names.Formula}}, one result a thread.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void {{product.Name}}<TWeight, TTerm>({{names.Parameters}})
                where TWeight : struct, IWeight
                where TTerm : struct, ITerm
            {
                View table = weight.Table({{Threads}});
                int row = Grid.IdxY;
                int column = Grid.IdxX * {{Threads}} + Group.IdxX;
                if (row >= rows || column >= {{names.Columns}})
                    return;
                float result = 0f;
                for (int i = 0; i < {{names.Summed}}; i++)
                    result += {{product.Left}}[row * {{names.Summed}} + i] * weight.Number(table, {{element}});
                {{names.StoreResult}}
            }
            """);
    }
}
