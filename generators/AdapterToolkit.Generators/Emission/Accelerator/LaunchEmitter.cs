using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Emits the launches: devices of small groups, as ILGPU's CPU accelerator, take the narrow kernels, few rows take theirs, and all others the tiled ones.
/// Of a packed W the last two have kernels that read whole pieces only, and others for any width.
/// </summary>
internal static class LaunchEmitter
{
    /// <param name="configuration">The configuration.</param>
    /// <param name="names">The names of its classes of kernels.</param>
    /// <param name="readers">How its kernels read W: whole pieces first, then, where there is a difference, any width.</param>
    /// <param name="space">The namespace.</param>
    /// <param name="cancellation">Ends the emission.</param>
    public static string Emit(LinearConfiguration configuration, VariantNames names, WeightReader[] readers, string space, CancellationToken cancellation)
    {
        bool isPacked = configuration.Stored.IsPacked;
        SourceWriter writer = SourceWriter.File(cancellation);
        writer.Open($"namespace {space}");
        foreach (string alias in (string[])
        [
            RuntimeNames.Import(RuntimeNames.CustomKernels),
            RuntimeNames.Alias(RuntimeNames.AcceleratorDevice),
            RuntimeNames.Alias(RuntimeNames.FrozenWeight),
            "using KernelConfig = global::ILGPU.KernelConfig;",
            RuntimeNames.Alias(RuntimeNames.LowRankFactors),
            .. isPacked ? (string[])[RuntimeNames.Alias(RuntimeNames.PackedWeight)] : [],
            RuntimeNames.Alias(RuntimeNames.Tensor),
            "using View = global::ILGPU.ArrayView<float>;",
        ])
        {
            writer.Line(alias);
        }

        writer.Line();
        writer.Open($"partial class {configuration.ClassName}");
        PrintForward(writer, configuration, names, readers);
        writer.Line();
        PrintInputGradient(writer, configuration, names, readers);
        if (isPacked)
        {
            writer.Line();
            new CodecPrinter(configuration.Stored).PrintLaunches(writer, names.Codec);
        }
        else
        {
            writer.Line();
            PrintFactors(writer, configuration, names);
            writer.Line();
            PrintGroups(writer);
        }

        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    private static void PrintFactors(SourceWriter writer, LinearConfiguration configuration, VariantNames names)
    {
        if (configuration.Rank == 0)
        {
            PrintNoFactors(writer);
            return;
        }

        PrintReduceGradient(writer, names, configuration.Rank);
        writer.Line();
        PrintFactorGradients(writer, names, configuration.Rank);
        writer.Line();
        PrintMerge(writer, names);
        writer.Line();
        PrintReduce(writer, names, configuration.Rank);
    }

    private static void PrintForward(SourceWriter writer, LinearConfiguration configuration, VariantNames names, WeightReader[] readers)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void Forward(AcceleratorDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankFactors? factors, Tensor? u, Tensor y)");
        string views = $"x.View, {string.Join(", ", readers[0].Arguments)}";
        string scalars = "y.View, x.Rows, x.Columns, y.Columns";
        if (configuration.Rank > 0)
        {
            writer.Line("if (factors is not null && u is not null)");
            Indented(writer, "Reduce(device, x, factors, u);");
            writer.Line("View uView = u?.View ?? default;");
            writer.Line("View bView = factors?.B.Value.View ?? default;");
            writer.Line("float scaling = factors?.Scaling ?? 0f;");
            views += ", uView, bView";
            scalars += ", scaling";
        }

        writer.Line("View biasView = bias?.Data.View ?? default;");
        PrintVariants(writer, Product.Forward(configuration), names, readers, $"{views}, biasView, {scalars}", "x.Rows", "y.Columns");
        writer.Close();
    }

    private static void PrintInputGradient(SourceWriter writer, LinearConfiguration configuration, VariantNames names, WeightReader[] readers)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void InputGradient(AcceleratorDevice device, Tensor dy, FrozenWeight weight, LowRankFactors? factors, Tensor? v, Tensor dx)");
        string views = $"dy.View, {string.Join(", ", readers[0].Arguments)}";
        if (configuration.Rank > 0)
        {
            writer.Line("if (factors is not null && v is not null)");
            Indented(writer, "ReduceGradient(device, dy, factors, v);");
            writer.Line("View vView = v?.View ?? default;");
            writer.Line("View aView = factors?.A.Value.View ?? default;");
            views += ", vView, aView";
        }

        PrintVariants(writer, Product.InputGradient(configuration), names, readers, $"{views}, dx.View, dy.Rows, dx.Columns, dy.Columns", "dy.Rows", "dx.Columns");
        writer.Close();
    }

    private static void PrintVariants(SourceWriter writer, Product product, VariantNames names, WeightReader[] readers, string arguments, string rows, string columns)
    {
        TileShape shape = TileShape.Square;
        if (readers.Length > 1)
        {
            writer.Line("PackedWeight packed = weight.Packed;");
            writer.Line($"bool hasWholePieces = packed.Shape.Columns % {readers[0].PieceLength} == 0;");
        }

        writer.Line($"if ({LacksThreads(shape.Threads)})");
        Launch(names.Narrow, [readers[0]], $"(Groups({columns}, {NarrowProductPrinter.Threads}), {rows}, 1), ({NarrowProductPrinter.Threads}, 1, 1)");
        writer.Line($"else if ({rows} <= {FewRowsProductPrinter.MostRows})");
        Launch(names.FewRows, readers, $"(Groups({columns}, {FewRowsProductPrinter.Columns(product)}), Groups({rows}, {FewRowsProductPrinter.Rows}), 1), ({FewRowsProductPrinter.Threads(product)}, 1, 1)");
        writer.Line("else");
        Launch(names.Tiled, readers, $"(Groups({columns}, {shape.Columns}), Groups({rows}, {shape.Rows}), 1), ({shape.Threads}, 1, 1)");

        void Launch(string kernels, WeightReader[] choices, string size)
        {
            string kernel = string.Join(" : ", choices.Select(reader => $"{kernels}.{VariantNames.Kernel(product, reader)}"));
            Indented(writer, $"device.Launch({(choices.Length > 1 ? $"hasWholePieces ? {kernel}" : kernel)}, new KernelConfig({size}), {arguments});");
        }
    }

    /// <summary>The condition under which the groups of a device are too small for kernels of so many threads.</summary>
    private static string LacksThreads(int threads) => $"device.GroupSize({threads}) < {threads}";

    private static void PrintReduce(SourceWriter writer, VariantNames names, int rank)
    {
        writer.Line("/// <summary>u = x Aᵀ.</summary>");
        writer.Open("private protected static void Reduce(AcceleratorDevice device, Tensor x, LowRankFactors factors, Tensor u)");
        PrintFactorProduct(writer, FactorNames.A(rank), names, "x.View, factors.A.Value.View, u.View, x.Rows, x.Columns", "x.Rows");
        writer.Close();
    }

    private static void PrintReduceGradient(SourceWriter writer, VariantNames names, int rank)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void ReduceGradient(AcceleratorDevice device, Tensor dy, LowRankFactors factors, Tensor v)");
        PrintFactorProduct(writer, FactorNames.B(rank), names, "dy.View, factors.B.Value.View, v.View, dy.Rows, dy.Columns, factors.Scaling", "dy.Rows");
        writer.Close();
    }

    private static void PrintFactorProduct(SourceWriter writer, FactorNames factor, VariantNames names, string arguments, string rows)
    {
        writer.Line($"if ({LacksThreads(FactorProductPrinter.Threads)})");
        Indented(writer, $"device.Launch({names.NarrowFactors}.{factor.Product.Name}, new KernelConfig(Groups({rows} * {factor.Rank}, {NarrowProductPrinter.Threads}), {NarrowProductPrinter.Threads}), {arguments});");
        writer.Line("else");
        Indented(writer, $"device.Launch({names.Factors}.{factor.Product.Name}, new KernelConfig((Groups({rows}, {FactorProductPrinter.Rows}), {factor.Pieces}, 1), ({FactorProductPrinter.Threads}, 1, 1)), {arguments});");
    }

    private static void PrintFactorGradients(SourceWriter writer, VariantNames names, int rank)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void FactorGradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)");
        writer.Line("View gradientOfA = factors.A.AccumulatedGradient.View;");
        writer.Line("View gradientOfB = factors.B.AccumulatedGradient.View;");
        string ofA = "v.View, x.View, gradientOfA, x.Rows, x.Columns";
        string ofB = "u.View, dy.View, gradientOfB, dy.Rows, dy.Columns, factors.Scaling";
        writer.Open($"if ({LacksThreads(FactorGradientPrinter.Threads)})");
        PrintNarrowGradient(FactorNames.A(rank), ofA, "x.Columns");
        PrintNarrowGradient(FactorNames.B(rank), ofB, "dy.Columns");
        writer.Line("return;");
        writer.Close();
        writer.Line();
        PrintGradient(FactorNames.A(rank), ofA, "x.Columns");
        PrintGradient(FactorNames.B(rank), ofB, "dy.Columns");
        writer.Close();

        void PrintNarrowGradient(FactorNames factor, string arguments, string features) =>
            writer.Line($"device.Launch({names.NarrowFactors}.{factor.Gradient.Name}, new KernelConfig(Groups({features} * {rank}, {NarrowProductPrinter.Threads}), {NarrowProductPrinter.Threads}), {arguments});");

        void PrintGradient(FactorNames factor, string arguments, string features) =>
            writer.Line($"device.Launch({names.Factors}.{factor.Gradient.Name}, new KernelConfig((Groups({features}, {FactorGradientPrinter.Features}), {factor.Pieces}, 1), ({FactorGradientPrinter.Threads}, 1, 1)), {arguments});");
    }

    private static void PrintMerge(SourceWriter writer, VariantNames names)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Open("protected override void Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign)");
        writer.Line("Tensor data = weight.Data;");
        writer.Line($"int threads = device.GroupSize({MergePrinter.Threads});");
        writer.Line($"device.Launch({names.Factors}.Merge, new KernelConfig(Groups(data.Shape.Elements, threads), threads), data.View, factors.B.Value.View, factors.A.Value.View, data.Columns, data.Rows, sign * factors.Scaling);");
        writer.Close();
    }

    private static void PrintNoFactors(SourceWriter writer)
    {
        string[] heads =
        [
            "ReduceGradient(AcceleratorDevice device, Tensor dy, LowRankFactors factors, Tensor v)",
            "FactorGradients(AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)",
            "Merge(AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign)",
        ];
        for (int i = 0; i < heads.Length; i++)
        {
            if (i > 0)
                writer.Line();
            writer.Line("/// <inheritdoc/>");
            writer.Line($"protected override void {heads[i]} =>");
            Indented(writer, "throw new global::System.InvalidOperationException(\"A layer without [LowRank] has no adapter. Mark its class [LowRank] to give it one.\");");
        }
    }

    private static void PrintGroups(SourceWriter writer)
    {
        writer.Line("/// <summary>How many groups of a size hold a number of items.</summary>");
        writer.Line("private protected static int Groups(int items, int size) => (items + size - 1) / size;");
    }

    private static void Indented(SourceWriter writer, string line)
    {
        writer.Indent();
        writer.Line(line);
        writer.Unindent();
    }
}
