using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how kernels are launched: ILGPU's CPU accelerator takes the narrow kernels, few rows take theirs, and all others
/// the tiled ones. Few rows read W in pieces, whole ones or anywhere; tiles read whole ones, and W is decoded first where its rows have none.
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
        /// <summary>Decodes W whole, for tiles of which its rows have no whole pieces.</summary>
        public static class DecodeKernels
        {
            /// <summary>numbers[i] = W's i-th number, one a thread. The kernel suits groups of any size.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Decode<TWeight>(TWeight weight, View numbers, int count)
                where TWeight : struct, IPackedWeight
            {
                View table = weight.Table(Group.DimX);
                int index = Grid.IdxX * Group.DimX + Group.IdxX;
                if (index < count)
                    numbers[index] = weight.Number(table, index);
            }
        }

        internal static class PackedLaunches
        {
            {{KernelText.Members([.. products.Select(Packed), Decode])}}
        }
        """);

    private const string Decode = """
        private static void Decode<TWeight>(AcceleratorDevice device, TWeight weight, Tensor numbers)
            where TWeight : struct, IPackedWeight =>
            device.Launch(
                DecodeKernels.Decode<TWeight>, Launches.OneThreadEach(device, numbers.Shape.Elements), weight, numbers.View, numbers.Shape.Elements);
        """;

    private static string Choice(Product product)
    {
        ProductNames names = new(product);
        string left = product.Left, result = product.Result, rows = $"{left}.Rows", columns = $"{result}.Columns";
        string sizes = names.IsTransposed ? $"{rows}, {left}.Columns, {columns}" : $"{rows}, {columns}, {left}.Columns";
        AcceleratorTiling tiling = product.AcceleratorTiling;
        int fewColumns = FewRowsKernelsPrinter.Columns(product), fewThreads = FewRowsKernelsPrinter.Threads(product);
        string arguments = $"{left}.View, weight, term, {names.Bias("bias?.Data.View ?? default, ")}{result}.View, {sizes}";
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTile, TColumns, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IWeight
                where TTile : struct, IWeightTile<TWeight>
                where TColumns : struct, {{FewRowsKernelsPrinter.ColumnsInterface(product)}}<TWeight>
                where TTerm : struct, ITerm
            {
                if ({{product.Name}}WithoutTiles<TWeight, TColumns, TTerm>({{Arguments(names)}}))
                    return;
                KernelConfig config = Launches.Config({{columns}}, {{tiling.Results}}, {{rows}}, {{tiling.Results}}, {{tiling.Threads}});
                device.Launch(TiledKernels.{{product.Name}}<TWeight, TTile, TTerm>, config, {{arguments}});
            }

            /// <summary>Launches what needs no tiles, where it serves.</summary>
            public static bool {{product.Name}}WithoutTiles<TWeight, TColumns, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IWeight
                where TColumns : struct, {{FewRowsKernelsPrinter.ColumnsInterface(product)}}<TWeight>
                where TTerm : struct, ITerm
            {
                if (device.GroupSize({{tiling.Threads}}) < {{tiling.Threads}})
                {
                    KernelConfig config = Launches.Config({{columns}}, {{NarrowKernelsPrinter.Threads}}, {{rows}}, 1, {{NarrowKernelsPrinter.Threads}});
                    device.Launch(NarrowKernels.{{product.Name}}<TWeight, TTerm>, config, {{arguments}});
                    return true;
                }

                if ({{rows}} <= {{FewRowsKernelsPrinter.MostRows}})
                {
                    KernelConfig config = Launches.Config({{columns}}, {{fewColumns}}, {{rows}}, {{FewRowsKernelsPrinter.Rows}}, {{fewThreads}});
                    device.Launch(FewRowsKernels.{{product.Name}}<TWeight, TColumns, TTerm>, config, {{arguments}});
                    return true;
                }

                return false;
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
        string prefix = names.IsTransposed ? "PackedTransposed" : "Packed", columns = $"{prefix}Columns", tile = $"{prefix}Tile";
        string shape = names.IsTransposed ? $"{product.Result}.Columns, {product.Left}.Columns" : $"{product.Left}.Columns, {product.Result}.Columns";
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTerm>({{Parameters(names, "TWeight")}})
                where TWeight : struct, IPackedWeight
                where TTerm : struct, ITerm
            {
                if ({{(names.IsTransposed ? product.Left : product.Result)}}.Columns % {{WeightPieces.Length}} == 0)
                {
                    ProductLaunches.{{product.Name}}<TWeight, {{tile}}<TWeight>, {{columns}}<TWeight, WholePieces>, TTerm>({{Arguments(names)}});
                }
                else if (!ProductLaunches.{{product.Name}}WithoutTiles<TWeight, {{columns}}<TWeight, PiecesAnywhere>, TTerm>({{Arguments(names)}}))
                {
                    using Tensor decoded = Tensor.Allocate(device, new({{shape}}));
                    Decode(device, weight, decoded);
                    DenseWeight dense = new() { Numbers = decoded.View };
                    DenseLaunches.{{product.Name}}({{Arguments(names, "dense")}});
                }
            }
            """);
    }

    private static string Parameters(ProductNames names, string weight) =>
        $"AcceleratorDevice device, Tensor {names.Product.Left}, {weight} weight, TTerm term, "
        + $"{names.Bias("FrozenWeight? bias, ")}Tensor {names.Product.Result}";

    private static string Arguments(ProductNames names, string weight = "weight") =>
        $"device, {names.Product.Left}, {weight}, term, {names.Bias("bias, ")}{names.Product.Result}";
}
