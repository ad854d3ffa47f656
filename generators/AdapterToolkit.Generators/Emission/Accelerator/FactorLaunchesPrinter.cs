namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints how the products with the low-rank factors, their gradients and the merge are launched: ILGPU's CPU accelerator takes the narrow kernels, whose
/// groups have one row, or one feature, for each component.
/// </summary>
internal static class FactorLaunchesPrinter
{
    private const string Action = "global::System.Action";

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

            {{KernelText.Members(FactorNames.Both.Select(Groups))}}

            {{KernelText.Members(FactorNames.Both.Select(Gradient))}}

            private static bool IsNarrow(AcceleratorDevice device, int threads) => device.GroupSize(threads) < threads;

            private static KernelConfig Config(AcceleratorDevice device, int groups, int threads) => IsNarrow(device, threads)
                ? Launches.OneThreadEach(device, groups * TRank.Components)
                : new((groups, Launches.Groups(TRank.Components, TComponents.Count), 1), (threads, 1, 1));
        }
        """);

    /// <summary>The product for a list: its kernels take one term on all rows, or a few on rows of their own.</summary>
    private static string Product(FactorNames names) => Template.Text($$"""
        /// <summary>{{names.Product.Formula}} for each term on its rows.</summary>
        public static void {{names.Product.Name}}(AcceleratorDevice device, Tensor {{names.Activations}}, LowRankTerms terms, Tensor {{names.Reduced}})
        {
            int rowsOfGroup = IsNarrow(device, {{FactorKernelsPrinter.ProductThreads}}) ? 1 : {{FactorKernelsPrinter.Rows}};
            if (terms.OnAllRows is { } only)
            {
                AllRows all = AllRows.Of(only.{{names.Parameter}}.Value, only.Scaling);
                {{names.Product.Name}}(device, {{names.Activations}}, all, Launches.Groups({{names.Activations}}.Rows, rowsOfGroup), {{names.Reduced}});
                return;
            }

            for (int first = 0; first < terms.Placements.Length; first += {{PlacementsPrinter.Most}})
            {
                SomeRows some = SomeRows.Of(
                    terms, first, {{(names.ComponentsFirst ? "false" : "true")}}, {{names.Activations}}.Rows, rowsOfGroup, out int groups);
                if (groups > 0)
                    {{names.Product.Name}}(device, {{names.Activations}}, some, groups, {{names.Reduced}});
            }
        }
        """);

    private static string Groups(FactorNames names) => Launch(
        names.Product.Name,
        $"Tensor {names.Activations}, TPlacements placements, int groups, Tensor {names.Reduced}",
        "TPlacements",
        string.Empty,
        "View, TPlacements, View, int, int",
        FactorKernelsPrinter.ProductThreads,
        $"{names.Activations}.View, placements, {names.Reduced}.View, {names.Activations}.Rows, {names.Activations}.Columns");

    private static string Gradient(FactorNames names) => Launch(
        names.Gradient.Name,
        $"Tensor {names.OtherReduced}, Tensor {names.Activations}, LowRankFactors factors",
        string.Empty,
        $"""
        View gradient = factors.{names.Parameter}.AccumulatedGradient.View;
        int featuresOfGroup = IsNarrow(device, {FactorKernelsPrinter.GradientThreads}) ? 1 : {FactorKernelsPrinter.Features};
        int groups = Launches.Groups({names.Activations}.Columns, featuresOfGroup);
        """,
        $"View, View, View, int, int{(names.Scaling.Length == 0 ? string.Empty : ", float")}",
        FactorKernelsPrinter.GradientThreads,
        $"{names.OtherReduced}.View, {names.Activations}.View, gradient, {names.Activations}.Rows, {names.Activations}.Columns"
            + (names.Scaling.Length == 0 ? string.Empty : ", factors.Scaling"));

    private static string Launch(string name, string parameters, string type, string prepare, string kernelParameters, int threads, string arguments)
    {
        (string own, string more) = type.Length == 0 ? (string.Empty, string.Empty) : ($"<{type}>", $", {type}");
        return Template.Text($$"""
            private static void {{name}}{{own}}(AcceleratorDevice device, {{parameters}})
                {{(type.Length == 0 ? string.Empty : $"where {type} : struct, IPlacements")}}
            {
                {{prepare}}
                {{Action}}<{{kernelParameters}}> kernel = IsNarrow(device, {{threads}})
                    ? NarrowFactorKernels.{{name}}<TRank{{more}}>
                    : FactorKernels.{{name}}<TRank, TComponents{{more}}>;
                device.Launch(kernel, Config(device, groups, {{threads}}), {{arguments}});
            }
            """);
    }
}
