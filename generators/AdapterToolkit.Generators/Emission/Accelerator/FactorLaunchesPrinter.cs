namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints how the products with the low-rank factors, their gradients and the merge are launched.</summary>
internal static class FactorLaunchesPrinter
{
    public static string Print() => Template.Text($$"""
        internal static class FactorLaunches<TRank, TComponents>
            where TRank : struct, IRank
            where TComponents : struct, IComponents
        {
            {{KernelText.Members(FactorNames.Both.Select(Product))}}

            /// <summary>{{string.Join(" and ", FactorNames.Both.Select(names => names.Gradient.Formula))}}.</summary>
            public static void Gradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)
            {
                {{FactorNames.Both.Select(names => $"{names.Gradient.Name}(device, {names.OtherReduced}, {names.Activations}, factors);")}}
            }

            /// <summary>W += sign·s·B A.</summary>
            public static void Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign)
            {
                Tensor data = weight.Data;
                device.Launch(
                    FactorKernels.Merge<TRank>,
                    Launches.OneThreadEach(device, data.Shape.Elements),
                    data.View,
                    factors.B.Value.View,
                    factors.A.Value.View,
                    data.Columns,
                    data.Rows,
                    sign * factors.Scaling);
            }

            {{KernelText.Members(FactorNames.Both.Select(Gradient))}}

            private static KernelConfig Config(int items, int itemsOfGroup, int threads) =>
                new((Launches.Groups(items, itemsOfGroup), Launches.Groups(TRank.Components, TComponents.Count), 1), (threads, 1, 1));
        }
        """);

    private static string Product(FactorNames names)
    {
        string arguments = $"{names.Activations}.View, factors.{names.Parameter}.Value.View, {names.Reduced}.View, {Sizes(names)}";
        return Template.Text($$"""
            /// <summary>{{names.Product.Formula}}.</summary>
            public static void {{names.Product.Name}}(AcceleratorDevice device, Tensor {{names.Activations}}, LowRankFactors factors, Tensor {{names.Reduced}})
            {
                if (device.GroupSize({{FactorKernelsPrinter.ProductThreads}}) < {{FactorKernelsPrinter.ProductThreads}})
                {
                    KernelConfig config = Launches.OneThreadEach(device, {{names.Activations}}.Rows * TRank.Components);
                    device.Launch(NarrowFactorKernels.{{names.Product.Name}}<TRank>, config, {{arguments}});
                }
                else
                {
                    KernelConfig config = Config({{names.Activations}}.Rows, {{FactorKernelsPrinter.Rows}}, {{FactorKernelsPrinter.ProductThreads}});
                    device.Launch(FactorKernels.{{names.Product.Name}}<TRank, TComponents>, config, {{arguments}});
                }
            }
            """);
    }

    private static string Gradient(FactorNames names)
    {
        string arguments = $"{names.OtherReduced}.View, {names.Activations}.View, gradient, {Sizes(names)}";
        string tensors = $"Tensor {names.OtherReduced}, Tensor {names.Activations}";
        return Template.Text($$"""
            private static void {{names.Gradient.Name}}(AcceleratorDevice device, {{tensors}}, LowRankFactors factors)
            {
                View gradient = factors.{{names.Parameter}}.AccumulatedGradient.View;
                if (device.GroupSize({{FactorKernelsPrinter.GradientThreads}}) < {{FactorKernelsPrinter.GradientThreads}})
                {
                    KernelConfig config = Launches.OneThreadEach(device, {{names.Activations}}.Columns * TRank.Components);
                    device.Launch(NarrowFactorKernels.{{names.Gradient.Name}}<TRank>, config, {{arguments}});
                }
                else
                {
                    KernelConfig config = Config({{names.Activations}}.Columns, {{FactorKernelsPrinter.Features}}, {{FactorKernelsPrinter.GradientThreads}});
                    device.Launch(FactorKernels.{{names.Gradient.Name}}<TRank, TComponents>, config, {{arguments}});
                }
            }
            """);
    }

    private static string Sizes(FactorNames names) =>
        $"{names.Activations}.Rows, {names.Activations}.Columns{(names.Scaling.Length == 0 ? string.Empty : ", factors.Scaling")}";
}
