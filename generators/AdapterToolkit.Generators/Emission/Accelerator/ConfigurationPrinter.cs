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

    private string FactorLaunches => LowRankTermPrinter.FactorLaunches(configuration.Rank);

    public string Print() => KernelText.Members(Members());

    private static IEnumerable<TermPrinter> Terms(Product product) => product.Terms.Select(TermPrinters.ForAccelerators);

    /// <summary>The launches of a product: what its terms need first, W's product with the term that goes on with it, and what comes after.</summary>
    private IEnumerable<string> Launch(Product product)
    {
        string term = Terms(product).Select(printer => printer.Operand(product)).SingleOrDefault(operand => operand is not null) ?? TermsPrinter.None;
        string bias = product.Epilogue.HasBias ? "bias, " : string.Empty;
        return
        [
            .. Terms(product).SelectMany(printer => printer.Before(product)),
            $"{Launches}.{product.Name}(device, {product.Left}, {WeightType}.Of(weight), {term}, {bias}{product.Result});",
            .. Terms(product).SelectMany(printer => printer.After(product)),
        ];
    }

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
                {{Launch(Product.Forward(configuration))}}
            }
            """);
        yield return Template.Text($$"""
            /// <inheritdoc/>
            protected override void InputGradient(AcceleratorDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)
            {
                {{Launch(Product.InputGradient(configuration))}}
            }
            """);
        foreach (string member in Format.IsPacked ? Codec() : Factors())
            yield return member;
    }

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
