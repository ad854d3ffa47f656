namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the products with the low-rank factors, their gradients, and the merge. Groups that share a rank have up to four or
/// eight components each, in registers; what threads have summed is added in a fixed order, so that the result is the same
/// bits every time.
/// </summary>
internal static class FactorKernelsPrinter
{
    /// <summary>Rows of which a group computes the product with a factor.</summary>
    public const int Rows = 4;

    /// <summary>Threads of such a group.</summary>
    public const int ProductThreads = 64;

    /// <summary>Features that a group of a gradient has.</summary>
    public const int Features = 32;

    /// <summary>Threads of such a group.</summary>
    public const int GradientThreads = Features * Shares;

    private const int Shares = 8;
    private const int Stride = ProductThreads + 1;

    /// <summary>How many components of a rank a group has.</summary>
    public static int Components(int rank) => rank <= 4 ? 4 : 8;

    /// <summary>The type that holds as many components as a group has of a rank.</summary>
    public static string ComponentsName(int rank) => rank <= 4 ? "FourComponents" : "EightComponents";

    public static string Print() => Template.Text($$"""
        /// <summary>The products with the factors, their gradients, and the merge.</summary>
        public static class FactorKernels
        {
            {{KernelText.Members(FactorNames.Both.SelectMany(names => (string[])[Product(names), Gradient(names)]))}}

            /// <summary>W += sign·s·B A, one weight a thread. It suits groups of any size.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Merge<TRank>(View weight, View b, View a, int inFeatures, int outFeatures, float signedScaling)
                where TRank : struct, IRank
            {
                int index = Grid.IdxX * Group.DimX + Group.IdxX;
                if (index >= outFeatures * inFeatures)
                    return;
                int row = index / inFeatures;
                int column = index % inFeatures;
                weight[index] += signedScaling * TRank.Dot(b, row * TRank.Components, a, column, inFeatures);
            }
        }
        """);

    /// <summary>What groups with a number of components are made of.</summary>
    public static string PrintComponents(IEnumerable<int> ranks) => Template.Text($$"""
        /// <summary>A few neighbouring components of a rank, of which those past the last are replaced by it.</summary>
        public interface IComponents
        {
            static abstract int Count { get; }

            /// <summary>Memory for the parts of {{Rows}} rows' results that {{ProductThreads}} threads have.</summary>
            static abstract View Parts();

            /// <summary>Memory for the shares of {{Features}} features' results that {{Shares}} threads have.</summary>
            static abstract View Shares();

            /// <summary>Begins with the components of a factor, or of a product with one, each a step from the next.</summary>
            void Begin(View source, int first, int rank, int step);

            /// <summary>sums[row, component] += left[row] · source[component, i].</summary>
            void Add(FourFloats left, int i);

            /// <summary>sums[component] += left · source[component, i].</summary>
            void Add(float left, int i);

            void StoreParts(View parts);

            void StoreShares(View shares);
        }

        {{string.Join("\n\n", ranks.Select(Components).Distinct().OrderBy(count => count).Select(count => count == 4 ? FourComponents : EightComponents))}}
        """);

    /// <summary>A group has four rows and a few components; its threads share the features.</summary>
    private static string Product(FactorNames names) => Template.Text($$"""
        /// <summary>{{names.Product.Formula}}, {{Rows}} rows of one term and a few components a group of {{ProductThreads}} threads.</summary>
        {{AcceleratorFile.KernelMark}}
        public static void {{names.Product.Name}}<TRank, TComponents, TPlacements>({{names.ProductParameters}})
            where TRank : struct, IRank
            where TComponents : struct, IComponents
            where TPlacements : struct, IPlacements
        {
            int thread = Group.IdxX;
            int firstComponent = Grid.IdxY * TComponents.Count;
            Placement placement = placements.OfGroup(Grid.IdxX, {{Rows}}, rows);
            FourRows left = FourRows.Of({{names.Activations}}, placement.First, placement.End, {{names.Features}});
            TComponents components = default;
            components.Begin(placement.Factor, firstComponent, TRank.Components, {{(names.ComponentsFirst ? names.Features : "1")}});
            for (int i = thread; i < {{names.Features}}; i += {{ProductThreads}})
                components.Add(left.At(i), {{(names.ComponentsFirst ? "i" : "i * TRank.Components")}});

            // One thread adds the parts of one result.
            View parts = TComponents.Parts();
            components.StoreParts(parts.SubView(thread));
            Group.Barrier();
            int row = placement.First + thread / TComponents.Count;
            int component = firstComponent + thread % TComponents.Count;
            if (thread < {{Rows}} * TComponents.Count && row < placement.End && component < TRank.Components)
            {
                float result = 0f;
                for (int i = 0; i < {{ProductThreads}}; i++)
                    result += parts[thread * {{Stride}} + i];
                {{names.Reduced}}[(placement.Slot + row) * TRank.Components + component] = {{names.PlacedScaling}}result;
            }
        }
        """);

    /// <summary>
    /// A sum over rows: a group has 32 features and a few components; its threads share the rows. The scaling multiplies the activations, so that the gradient
    /// is added to by an addition alone: a product that is added may be rounded before it is or not, as a device's compiler likes, and then the bits would
    /// depend on whether a sequence is added to the sum of another one or by itself.
    /// </summary>
    private static string Gradient(FactorNames names) => Template.Text($$"""
        /// <summary>{{names.Gradient.Formula}}, {{Features}} features and a few components a group of {{GradientThreads}} threads.</summary>
        {{AcceleratorFile.KernelMark}}
        public static void {{names.Gradient.Name}}<TRank, TComponents>({{names.GradientParameters}})
            where TRank : struct, IRank
            where TComponents : struct, IComponents
        {
            int thread = Group.IdxX;
            int lane = thread % {{Features}};
            int share = thread / {{Features}};
            int feature = Grid.IdxX * {{Features}} + lane;
            int heldFeature = Math.Min(feature, {{names.Features}} - 1);
            int firstComponent = Grid.IdxY * TComponents.Count;
            TComponents components = default;
            components.Begin({{names.OtherReduced}}, firstComponent, TRank.Components, 1);
            for (int row = share; row < rows; row += {{Shares}})
                components.Add({{names.Scaling}}{{names.Activations}}[row * {{names.Features}} + heldFeature], row * TRank.Components);

            // One thread adds the shares of one result.
            View shares = TComponents.Shares();
            components.StoreShares(shares.SubView(share * TComponents.Count * {{Features}} + lane));
            Group.Barrier();
            int component = firstComponent + share;
            if (share < TComponents.Count && feature < {{names.Features}} && component < TRank.Components)
            {
                float result = 0f;
                for (int i = 0; i < {{Shares}}; i++)
                    result += shares[i * TComponents.Count * {{Features}} + thread];
                gradient[{{names.Index("component", "feature")}}] += result;
            }
        }
        """);

    private static string FourComponents => Template.Text($$"""
        public struct FourComponents : IComponents
        {
            private FourRows _source;
            private ProductTile _sums;

            {{Memory(4)}}

            public void Begin(View source, int first, int rank, int step) => _source = FourRows.Of(source, first, rank, step);

            public void Add(FourFloats left, int i) => _sums = ProductTile.MultiplyAdd(_sums, left, _source.At(i));

            public void Add(float left, int i) => _sums.Row0 = Quadruple.MultiplyAdd(left, _source.At(i), _sums.Row0);

            public void StoreParts(View parts)
            {
                {{Results(4).Select(result => Part(result, "_sums"))}}
            }

            public void StoreShares(View shares)
            {
                {{Enumerable.Range(0, 4).Select(component => $"shares[{component * Features}] = _sums.Row0.{KernelText.Part(component)};")}}
            }
        }
        """);

    private static string EightComponents => Template.Text($$"""
        public struct EightComponents : IComponents
        {
            private FourRows _near, _far;
            private ProductTile _nearSums, _farSums;

            {{Memory(8)}}

            public void Begin(View source, int first, int rank, int step)
            {
                _near = FourRows.Of(source, first, rank, step);
                _far = FourRows.Of(source, first + 4, rank, step);
            }

            public void Add(FourFloats left, int i)
            {
                _nearSums = ProductTile.MultiplyAdd(_nearSums, left, _near.At(i));
                _farSums = ProductTile.MultiplyAdd(_farSums, left, _far.At(i));
            }

            public void Add(float left, int i)
            {
                _nearSums.Row0 = Quadruple.MultiplyAdd(left, _near.At(i), _nearSums.Row0);
                _farSums.Row0 = Quadruple.MultiplyAdd(left, _far.At(i), _farSums.Row0);
            }

            public void StoreParts(View parts)
            {
                {{Results(8).Select(result => Part(result, Half(result.Component)))}}
            }

            public void StoreShares(View shares)
            {
                {{Enumerable.Range(0, 8).Select(component => $"shares[{component * Features}] = {Half(component)}.Row0.{KernelText.Part(component)};")}}
            }
        }
        """);

    private static IEnumerable<string> Memory(int components) =>
    [
        $"public static int Count => {components};",
        string.Empty,
        $"public static View Parts() => SharedMemory.Allocate<float>({Rows * components * Stride});",
        string.Empty,
        $"public static View Shares() => SharedMemory.Allocate<float>({Shares * components * Features});",
    ];

    private static IEnumerable<(int Index, int Row, int Component)> Results(int components) =>
        Enumerable.Range(0, Rows * components).Select(index => (index, index / components, index % components));

    private static string Part((int Index, int Row, int Component) result, string sums) =>
        $"parts[{result.Index * Stride}] = {sums}.Row{result.Row}.{KernelText.Part(result.Component)};";

    private static string Half(int component) => component < 4 ? "_nearSums" : "_farSums";
}
