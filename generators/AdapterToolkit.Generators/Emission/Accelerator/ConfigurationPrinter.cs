using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints what a set of kernels of one configuration does on accelerators: it launches the assembly's kernels with its own weight and terms.</summary>
/// <param name="configuration">The configuration.</param>
internal sealed class ConfigurationPrinter(LinearConfiguration configuration)
{
    private StoredFormat Format => configuration.Stored;

    private bool HasAdapter => configuration.Rank > 0;

    /// <summary>The type that kernels read W through.</summary>
    private string WeightType => !Format.IsPacked ? "DenseWeight"
        : Format.HasBlocks ? BlockWeightPrinter.TypeName(Format)
        : $"SixteenBitWeight<{SixteenBitWeightPrinter.Conversion(Format)}>";

    private string Launches => Format.IsPacked ? "PackedLaunches" : "DenseLaunches";

    private string FactorLaunches =>
        $"FactorLaunches<{LowRankTermPrinter.RankName(configuration.Rank)}, {FactorKernelsPrinter.ComponentsName(configuration.Rank)}>";

    public string Print() => KernelText.Members(Members());

    private static string Term(Product product) => product.Terms.SingleOrDefault() switch
    {
        null => TermsPrinter.None,
        LowRankTerms term => LowRankTermPrinter.Expression(product, term),
        Term term => throw new NotSupportedException($"No printer prints {term} for accelerators."),
    };

    private static string AddList(Product product) => product.LowRank is { } term ? LowRankTermPrinter.AddList(product, term) : string.Empty;

    private static string Override(string name, string parameters, string body) => $"""
        /// <inheritdoc/>
        protected override void {name}({parameters}) =>
            {body};
        """;

    private IEnumerable<string> Members()
    {
        yield return Template.Text($$"""
            /// <inheritdoc/>
            protected override void Forward(
                AcceleratorDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y)
            {
                {{IfAdapted("u", $"{FactorLaunches}.Reduce(device, x, terms, u);")}}
                {{Launches}}.Forward(device, x, {{WeightType}}.Of(weight), {{Term(Product.Forward(configuration))}}, bias, y);
                {{AddList(Product.Forward(configuration))}}
            }
            """);
        yield return Template.Text($$"""
            /// <inheritdoc/>
            protected override void InputGradient(AcceleratorDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)
            {
                {{IfAdapted("v", "ReduceGradient(device, dy, terms, v);")}}
                {{Launches}}.InputGradient(device, dy, {{WeightType}}.Of(weight), {{Term(Product.InputGradient(configuration))}}, dx);
                {{AddList(Product.InputGradient(configuration))}}
            }
            """);
        foreach (string member in Format.IsPacked ? Codec() : Factors())
            yield return member;
    }

    /// <summary>What is done first where the layer runs with an adapter.</summary>
    private IEnumerable<string> IfAdapted(string reduced, string statement) =>
        HasAdapter ? [$"if ({reduced} is not null)", $"    {statement}"] : [];

    private IEnumerable<string> Factors()
    {
        const string refusal =
            "throw new global::System.InvalidOperationException(\"A layer without [LowRank] has no adapter. Mark its class [LowRank] to give it one.\")";
        yield return Override(
            "ReduceGradient",
            "AcceleratorDevice device, Tensor dy, LowRankTerms terms, Tensor v",
            HasAdapter ? $"{FactorLaunches}.ReduceGradient(device, dy, terms, v)" : refusal);
        yield return Override(
            "FactorGradients",
            "AcceleratorDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors",
            HasAdapter ? $"{FactorLaunches}.Gradients(device, x, dy, u, v, factors)" : refusal);
        yield return Override(
            "Merge",
            "AcceleratorDevice device, FrozenWeight weight, LowRankFactors factors, float sign",
            HasAdapter ? $"{FactorLaunches}.Merge(device, weight, factors, sign)" : refusal);
    }

    private IEnumerable<string> Codec()
    {
        string launches = Format.HasBlocks ? $"{Format.Name}CodecLaunches" : "SixteenBitCodecLaunches";
        string types = Format.HasBlocks ? string.Empty : $"<{SixteenBitWeightPrinter.Conversion(Format)}>";
        yield return Override(
            "Dequantize",
            "AcceleratorDevice device, PackedWeight weight, Tensor? scales, Tensor dense",
            $"{launches}.Dequantize{types}(device, weight, {(Format.HasBlocks ? "scales!, " : string.Empty)}dense)");
        if (Format.HasBlocks)
            yield return Override("BlockMaxima", "AcceleratorDevice device, Tensor values, Tensor maxima", $"{launches}.BlockMaxima(device, values, maxima)");
        yield return Override(
            "QuantizeBlocks",
            "AcceleratorDevice device, Tensor values, Tensor? factors, Tensor codes",
            $"{launches}.Quantize{types}(device, values, {(Format.HasBlocks ? "factors!, " : string.Empty)}codes)");
    }
}
