namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the products with the low-rank factors and their gradients as the plainest kernels, one result a thread.</summary>
internal static class NarrowFactorKernelsPrinter
{
    public static string Print() => Template.Text($$"""
        /// <summary>The products with the factors and their gradients in their plainest form, for debugging.</summary>
        public static class NarrowFactorKernels
        {
            {{KernelText.Members(FactorNames.Both.SelectMany(names => (string[])[Product(names), Gradient(names)]))}}
        }
        """);

    private static string Product(FactorNames names) => Template.Text($$"""
        /// <summary>{{names.Product.Formula}}, one result a thread.</summary>
        {{AcceleratorFile.KernelMark}}
        public static void {{names.Product.Name}}<TRank, TPlacements>({{names.ProductParameters}})
            where TRank : struct, IRank
            where TPlacements : struct, IPlacements
        {
            int index = Grid.IdxX * {{NarrowKernelsPrinter.Threads}} + Group.IdxX;
            Placement placement = placements.OfGroup(index / TRank.Components, 1, rows);
            int row = placement.First;
            if (row >= placement.End)
                return;
            int component = index % TRank.Components;
            float result = 0f;
            for (int i = 0; i < {{names.Features}}; i++)
                result += {{names.Activations}}[row * {{names.Features}} + i] * placement.Factor[{{names.Index("component", "i")}}];
            {{names.Reduced}}[(placement.Slot + row) * TRank.Components + component] = {{names.PlacedScaling}}result;
        }
        """);

    private static string Gradient(FactorNames names) => Template.Text($$"""
        /// <summary>{{names.Gradient.Formula}}, one result a thread.</summary>
        {{AcceleratorFile.KernelMark}}
        public static void {{names.Gradient.Name}}<TRank>({{names.GradientParameters}})
            where TRank : struct, IRank
        {
            int index = Grid.IdxX * {{NarrowKernelsPrinter.Threads}} + Group.IdxX;
            if (index >= TRank.Components * {{names.Features}})
                return;
            int component = index / {{names.Features}};
            int feature = index % {{names.Features}};
            float result = 0f;
            for (int row = 0; row < rows; row++)
            {
                float activation = {{names.Activations}}[row * {{names.Features}} + feature];
                result += {{names.Scaling}}activation * {{names.OtherReduced}}[row * TRank.Components + component];
            }

            gradient[{{names.Index("component", "feature")}}] += result;
        }
        """);
}
