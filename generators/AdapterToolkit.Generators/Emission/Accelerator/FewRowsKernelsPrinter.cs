using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints products as kernels for few rows, as when a model continues a text token by token. Such a product is as fast as W
/// can be read: a group reads a part of W once for four rows, its threads sum side by side and add their parts at the end.
/// </summary>
internal static class FewRowsKernelsPrinter
{
    /// <summary>Up to how many rows these kernels are the faster ones.</summary>
    public const int MostRows = 16;

    /// <summary>Rows that a group computes.</summary>
    public const int Rows = 4;

    /// <summary>How many numbers lie between the parts of two results, so that these do not meet in one bank.</summary>
    private const int Stride = TransposedThreads + 1;

    private const int TransposedColumns = 4;
    private const int TransposedThreads = 64;
    private const int TransposedResults = Rows * TransposedColumns;
    private const int Parts = TransposedThreads / TransposedResults;
    private const int AsStoredColumns = FewRowsWeightsPrinter.Columns;
    private const int AsStoredThreads = FewRowsWeightsPrinter.Results;

    /// <summary>Columns that a group computes.</summary>
    public static int Columns(Product product) => product.Weight.Use == WeightUse.Transposed ? TransposedColumns : AsStoredColumns;

    /// <summary>Threads of a group.</summary>
    public static int Threads(Product product) => product.Weight.Use == WeightUse.Transposed ? TransposedThreads : AsStoredThreads;

    /// <summary>What a thread's part of W is to the kernel.</summary>
    public static string ColumnsInterface(Product product) => product.Weight.Use == WeightUse.Transposed ? "ITransposedColumns" : "IColumns";

    public static string Print(IEnumerable<Product> products) => Template.Text($$"""
        /// <summary>The products with W for few rows.</summary>
        public static class FewRowsKernels
        {
            {{KernelText.Members(products.Select(product => product.Weight.Use == WeightUse.Transposed ? Transposed(product) : AsStored(product)))}}
        }
        """);

    /// <summary>The threads share the pieces of the group's columns, whose summands lie side by side in W's rows.</summary>
    private static string Transposed(Product product)
    {
        ProductNames names = new(product);
        return Template.Text($$"""
            {{Head(product, names)}}
            {
                {{Places(product, names)}}
                TColumns columns = default;
                columns.Begin(weight, weight.Table({{TransposedThreads}}), firstColumn, inFeatures, outFeatures);
                ProductTile sums = default;
                int end = inFeatures / TColumns.Length * TColumns.Length;
                for (int i = TColumns.Length * thread; i < end; i += TColumns.Length * {{TransposedThreads}})
                    sums = columns.Add(sums, left, i);

                // What whole pieces leave over, one summand a thread.
                if (TColumns.LeaveRest)
                {
                    for (int i = end + thread; i < inFeatures; i += {{TransposedThreads}})
                        sums = columns.AddOne(sums, left, i);
                }

                // {{Parts}} threads add the parts of one result, and one of them adds what these have.
                View parts = SharedMemory.Allocate<float>({{TransposedResults * Stride}});
                {{Enumerable.Range(0, TransposedResults).Select(Part)}}
                Group.Barrier();
                float part = 0f;
                for (int i = thread % {{Parts}}; i < {{TransposedThreads}}; i += {{Parts}})
                    part += parts[thread / {{Parts}} * {{Stride}} + i];
                Group.Barrier();
                parts[thread] = part;
                Group.Barrier();
                int row = firstRow + thread / {{TransposedColumns}};
                int column = firstColumn + thread % {{TransposedColumns}};
                if (thread < {{TransposedResults}} && row < rows && column < {{names.Columns}})
                {
                    float result = {{string.Join(" + ", Enumerable.Range(0, Parts).Select(i => $"parts[{KernelText.Plus($"{Parts} * thread", i)}]"))}};
                    {{names.StoreResult}}
                }
            }
            """);
    }

    /// <summary>Each thread has a piece of neighbouring columns of W and a share of their summands.</summary>
    private static string AsStored(Product product)
    {
        ProductNames names = new(product);
        return Template.Text($$"""
            {{Head(product, names)}}
            {
                {{Places(product, names)}}
                int lane = thread % TColumns.Pieces;
                int segment = thread / TColumns.Pieces;
                TColumns columns = default;
                columns.Begin(weight, weight.Table({{AsStoredThreads}}), firstColumn, lane, inFeatures, outFeatures);
                for (int o = segment; o < outFeatures; o += {{AsStoredThreads}} / TColumns.Pieces)
                    columns.Add(left.At(o), o);

                // Each thread adds the shares of one result.
                View shares = TColumns.Shares();
                columns.Store(shares.SubView(segment * {{AsStoredThreads}}), lane);
                Group.Barrier();
                int row = firstRow + thread / {{AsStoredColumns}};
                int column = firstColumn + thread % {{AsStoredColumns}};
                if (row < rows && column < {{names.Columns}})
                {
                    float result = 0f;
                    for (int i = 0; i < {{AsStoredThreads}} / TColumns.Pieces; i++)
                        result += shares[i * {{AsStoredThreads}} + thread];
                    {{names.StoreResult}}
                }
            }
            """);
    }

    private static string Part(int result) =>
        $"parts[{KernelText.Plus("thread", result * Stride)}] = sums.Row{result / TransposedColumns}.{KernelText.Part(result)};";

    private static IEnumerable<string> Head(Product product, ProductNames names) =>
    [
        $"/// <summary>{names.Formula}, for few rows: {Rows} x {Columns(product)} results a group of {Threads(product)} threads.</summary>",
        AcceleratorFile.KernelMark,
        $"public static void {product.Name}<TWeight, TColumns, TTerm>({names.Parameters})",
        "    where TWeight : struct, IWeight",
        $"    where TColumns : struct, {ColumnsInterface(product)}<TWeight>",
        "    where TTerm : struct, ITerm",
    ];

    private static IEnumerable<string> Places(Product product, ProductNames names) =>
    [
        "int thread = Group.IdxX;",
        $"int firstRow = Grid.IdxY * {Rows};",
        $"int firstColumn = Grid.IdxX * {Columns(product)};",
        $"FourRows left = FourRows.Of({product.Left}, firstRow, rows, {names.Summed});",
    ];
}
