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

            /// <summary>A group's threads have an item each.</summary>
            public static KernelConfig OneThreadEach(AcceleratorDevice device, int items)
            {
                int threads = device.IsDebug ? {{NarrowKernelsPrinter.Threads}} : {{Threads}};
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

    public static string PrintFactors() => Template.Text($$"""
        internal static class FactorLaunches<TRank, TComponents>
            where TRank : struct, IRank
            where TComponents : struct, IComponents
        {
            private static int Pieces => Launches.Groups(TRank.Components, TComponents.Count);

            /// <summary>u = x Aᵀ.</summary>
            public static void Reduce(AcceleratorDevice device, Tensor x, LowRankFactors factors, Tensor u)
            {
                if (device.IsDebug)
                    device.Launch(NarrowFactorKernels.Reduce<TRank>, Launches.OneThreadEach(device, x.Rows * TRank.Components), x.View, factors.A.Value.View, u.View, x.Rows, x.Columns);
                else
                    device.Launch(FactorKernels.Reduce<TRank, TComponents>, OfRows(x.Rows), x.View, factors.A.Value.View, u.View, x.Rows, x.Columns);
            }

            /// <summary>v = s·dy B.</summary>
            public static void ReduceGradient(AcceleratorDevice device, Tensor dy, LowRankFactors factors, Tensor v)
            {
                if (device.IsDebug)
                    device.Launch(NarrowFactorKernels.ReduceGradient<TRank>, Launches.OneThreadEach(device, dy.Rows * TRank.Components), dy.View, factors.B.Value.View, v.View, dy.Rows, dy.Columns, factors.Scaling);
                else
                    device.Launch(FactorKernels.ReduceGradient<TRank, TComponents>, OfRows(dy.Rows), dy.View, factors.B.Value.View, v.View, dy.Rows, dy.Columns, factors.Scaling);
            }

            /// <summary>dA += vᵀ x and dB += s·dyᵀ u.</summary>
            public static void Gradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)
            {
                View gradientOfA = factors.A.AccumulatedGradient.View;
                View gradientOfB = factors.B.AccumulatedGradient.View;
                if (device.IsDebug)
                {
                    device.Launch(NarrowFactorKernels.GradientOfA<TRank>, Launches.OneThreadEach(device, x.Columns * TRank.Components), v.View, x.View, gradientOfA, x.Rows, x.Columns);
                    device.Launch(NarrowFactorKernels.GradientOfB<TRank>, Launches.OneThreadEach(device, dy.Columns * TRank.Components), u.View, dy.View, gradientOfB, dy.Rows, dy.Columns, factors.Scaling);
                    return;
                }

                device.Launch(FactorKernels.GradientOfA<TRank, TComponents>, OfFeatures(x.Columns), v.View, x.View, gradientOfA, x.Rows, x.Columns);
                device.Launch(FactorKernels.GradientOfB<TRank, TComponents>, OfFeatures(dy.Columns), u.View, dy.View, gradientOfB, dy.Rows, dy.Columns, factors.Scaling);
            }

            /// <summary>W += sign·s·B A.</summary>
            public static void Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign)
            {
                Tensor data = weight.Data;
                device.Launch(FactorKernels.Merge<TRank>, Launches.OneThreadEach(device, data.Shape.Elements), data.View, factors.B.Value.View, factors.A.Value.View, data.Columns, data.Rows, sign * factors.Scaling);
            }

            private static KernelConfig OfRows(int rows) => new((Launches.Groups(rows, {{FactorKernelsPrinter.Rows}}), Pieces, 1), ({{FactorKernelsPrinter.ProductThreads}}, 1, 1));

            private static KernelConfig OfFeatures(int features) => new((Launches.Groups(features, {{FactorKernelsPrinter.Features}}), Pieces, 1), ({{FactorKernelsPrinter.GradientThreads}}, 1, 1));
        }
        """);

    private static string Choice(Product product)
    {
        string left = product.Left, result = product.Result, columns = $"{result}.Columns", rows = $"{left}.Rows";
        bool isTransposed = product.Weight.Use == WeightUse.Transposed;
        string sizes = isTransposed ? $"{rows}, {left}.Columns, {columns}" : $"{rows}, {columns}, {left}.Columns";
        string arguments = $"{left}.View, weight, term, {(product.Epilogue.HasBias ? "bias?.Data.View ?? default, " : string.Empty)}{result}.View, {sizes}";
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTile, TColumns, TTerm>({{Parameters(product)}})
                where TWeight : struct, IWeight
                where TTile : struct, IWeightTile<TWeight>
                where TColumns : struct, {{FewRowsKernelsPrinter.ColumnsInterface(product)}}<TWeight>
                where TTerm : struct, ITerm
            {
                if (device.IsDebug)
                    device.Launch(NarrowKernels.{{product.Name}}<TWeight, TTerm>, new KernelConfig((Launches.Groups({{columns}}, {{NarrowKernelsPrinter.Threads}}), {{rows}}, 1), ({{NarrowKernelsPrinter.Threads}}, 1, 1)), {{arguments}});
                else if ({{rows}} <= {{FewRowsKernelsPrinter.MostRows}})
                    device.Launch(FewRowsKernels.{{product.Name}}<TWeight, TColumns, TTerm>, new KernelConfig((Launches.Groups({{columns}}, {{FewRowsKernelsPrinter.Columns(product)}}), Launches.Groups({{rows}}, {{FewRowsKernelsPrinter.Rows}}), 1), ({{FewRowsKernelsPrinter.Threads(product)}}, 1, 1)), {{arguments}});
                else
                    device.Launch(TiledKernels.{{product.Name}}<TWeight, TTile, TTerm>, new KernelConfig((Launches.Groups({{columns}}, {{TileShape.Results}}), Launches.Groups({{rows}}, {{TileShape.Results}}), 1), ({{TileShape.Threads}}, 1, 1)), {{arguments}});
            }
            """);
    }

    private static string Dense(Product product) => Template.Text($$"""
        public static void {{product.Name}}<TTerm>({{Parameters(product).Replace("TWeight", "DenseWeight")}})
            where TTerm : struct, ITerm =>
            ProductLaunches.{{product.Name}}<DenseWeight, Dense{{Transposed(product)}}Tile, {{(product.Weight.Use == WeightUse.Transposed ? "DenseTransposedColumns" : "DenseColumn")}}, TTerm>({{Arguments(product)}});
        """);

    private static string Packed(Product product)
    {
        string width = product.Weight.Use == WeightUse.Transposed ? $"{product.Left}.Columns" : $"{product.Result}.Columns";
        return Template.Text($$"""
            public static void {{product.Name}}<TWeight, TTerm>({{Parameters(product)}})
                where TWeight : struct, IPackedWeight
                where TTerm : struct, ITerm
            {
                if ({{width}} % {{WeightPieces.Length}} == 0)
                    {{Of("WholePieces")}}
                else
                    {{Of("PiecesAnywhere")}}
            }
            """);

        string Of(string pieces) =>
            $"ProductLaunches.{product.Name}<TWeight, Packed{Transposed(product)}Tile<TWeight, {pieces}>, Packed{Transposed(product)}Columns<TWeight, {pieces}>, TTerm>({Arguments(product)});";
    }

    private static string Transposed(Product product) => product.Weight.Use == WeightUse.Transposed ? "Transposed" : string.Empty;

    private static string Parameters(Product product) =>
        $"AcceleratorDevice device, Tensor {product.Left}, TWeight weight, TTerm term, {(product.Epilogue.HasBias ? "FrozenWeight? bias, " : string.Empty)}Tensor {product.Result}";

    private static string Arguments(Product product) =>
        $"device, {product.Left}, weight, term, {(product.Epilogue.HasBias ? "bias, " : string.Empty)}{product.Result}";
}
