using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how kernels are launched: ILGPU's CPU accelerator takes the narrow kernels, few rows take theirs, and all others
/// the tiled ones. Of W in pieces the last two read whole pieces only, or pieces anywhere.
/// </summary>
internal static class LaunchesPrinter
{
    /// <summary>Threads of a group where each has something of its own to do, but on ILGPU's CPU accelerator.</summary>
    private const int Threads = 128;

    /// <summary>What all launches have in common, and those for W in float32.</summary>
    public static string PrintDense(IReadOnlyList<Product> products) => Template.Text($$"""
        internal static class Launches
        {
            /// <summary>How many groups of a size hold a number of items.</summary>
            public static int Groups(int items, int size) => (items + size - 1) / size;

            /// <summary>Groups of threads that have a part of the columns of some rows each.</summary>
            public static KernelConfig Config(int columns, int columnsOfGroup, int rows, int rowsOfGroup, int threads) =>
                new((Groups(columns, columnsOfGroup), Groups(rows, rowsOfGroup), 1), (threads, 1, 1));

            /// <summary>A group's threads have an item each.</summary>
            public static KernelConfig OneThreadEach(AcceleratorDevice device, int items)
            {
                int threads = device.GroupSize({{Threads}});
                return new KernelConfig(Groups(items, threads), threads);
            }
        }

        internal static class ProductLaunches
        {
            {{KernelText.Members(products.Select(Choice))}}
        }

        internal static class DenseLaunches
        {
            {{KernelText.Members(products.Select(Dense))}}
        }
        """);

    /// <summary>Those for W in pieces.</summary>
    public static string PrintPacked(IReadOnlyList<Product> products) => Template.Text($$"""
        internal static class PackedLaunches
        {
            {{KernelText.Members(products.Select(Packed))}}
        }
        """);

    private static string Choice(Product product)
    {
        ProductNames names = new(product);
        string left = product.Left, result = product.Result, rows = $"{left}.Rows", columns = $"{result}.Columns";
        string sizes = names.IsTransposed ? $"{rows}, {left}.Columns, {columns}" : $"{rows}, {columns}, {left}.Columns";
        AcceleratorTiling tiling = product.AcceleratorTiling;
        int fewColumns = FewRowsKernelsPrinter.Columns(product), fewThreads = FewRowsKernelsPrinter.Threads(product);
        string arguments = $"{left}.View, weight, term, {names.Bias("biasView, ")}{result}.View, {sizes}";
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTile, TColumns, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IWeight
                where TTile : struct, IWeightTile<TWeight>
                where TColumns : struct, {{FewRowsKernelsPrinter.ColumnsInterface(product)}}<TWeight>
                where TTerm : struct, ITerm
            {
                {{names.Bias("View biasView = bias?.Data.View ?? default;")}}
                if (device.GroupSize({{tiling.Threads}}) < {{tiling.Threads}})
                {
                    KernelConfig config = Launches.Config({{columns}}, {{NarrowKernelsPrinter.Threads}}, {{rows}}, 1, {{NarrowKernelsPrinter.Threads}});
                    device.Launch(NarrowKernels.{{product.Name}}<TWeight, TTerm>, config, {{arguments}});
                }
                else if ({{rows}} <= {{FewRowsKernelsPrinter.MostRows}})
                {
                    KernelConfig config = Launches.Config({{columns}}, {{fewColumns}}, {{rows}}, {{FewRowsKernelsPrinter.Rows}}, {{fewThreads}});
                    device.Launch(FewRowsKernels.{{product.Name}}<TWeight, TColumns, TTerm>, config, {{arguments}});
                }
                else
                {
                    KernelConfig config = Launches.Config({{columns}}, {{tiling.Results}}, {{rows}}, {{tiling.Results}}, {{tiling.Threads}});
                    device.Launch(TiledKernels.{{product.Name}}<TWeight, TTile, TTerm>, config, {{arguments}});
                }
            }
            """);
    }

    private static string Dense(Product product)
    {
        ProductNames names = new(product);
        string types = names.IsTransposed ? "DenseTransposedTile, DenseTransposedColumns" : "DenseTile, DenseColumn";
        return Template.Text($$"""
            public static void {{product.Name}}<TTerm>({{Parameters(names, "DenseWeight")}})
                where TTerm : struct, ITerm =>
                ProductLaunches.{{product.Name}}<DenseWeight, {{types}}, TTerm>({{Arguments(names)}});
            """);
    }

    private static string Packed(Product product)
    {
        ProductNames names = new(product);
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IPackedWeight
                where TTerm : struct, ITerm
            {
                if ({{(names.IsTransposed ? product.Left : product.Result)}}.Columns % {{WeightPieces.Length}} == 0)
                    {{product.Name}}<TWeight, WholePieces, TTerm>({{Arguments(names)}});
                else
                    {{product.Name}}<TWeight, PiecesAnywhere, TTerm>({{Arguments(names)}});
            }

            private static void {{product.Name}}<TWeight, TPieces, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IPackedWeight
                where TPieces : struct, IPieces
                where TTerm : struct, ITerm =>
                ProductLaunches.{{product.Name}}<TWeight, {{PackedType(names, "Tile")}}, {{PackedType(names, "Columns")}}, TTerm>({{Arguments(names)}});
            """);
    }

    private static string PackedType(ProductNames names, string part) => $"Packed{(names.IsTransposed ? "Transposed" : string.Empty)}{part}<TWeight, TPieces>";

    private static string Parameters(ProductNames names, string weight) =>
        $"AcceleratorDevice device, Tensor {names.Product.Left}, {weight} weight, TTerm term, "
        + $"{names.Bias("FrozenWeight? bias, ")}Tensor {names.Product.Result}";

    private static string Arguments(ProductNames names) => $"device, {names.Product.Left}, weight, term, {names.Bias("bias, ")}{names.Product.Result}";
}
