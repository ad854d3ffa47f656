using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints the members of a set of kernels that run on the CPU: each binds a product to the set's format and rank.</summary>
internal static class SetPrinter
{
    /// <summary>The members.</summary>
    public static IEnumerable<string> Members(LinearConfiguration configuration)
    {
        yield return Override(
            "Forward(CpuDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y)",
            "Products.Forward(device, x, weight, bias, terms, u, y)");
        yield return Override(
            "InputGradient(CpuDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)",
            "Products.InputGradient(device, dy, weight, terms, v, dx)");
        if (configuration.Stored.IsPacked)
        {
            yield return Override("Dequantize(CpuDevice device, PackedWeight weight, Tensor dense)", "Products.Dequantize(device, weight, dense)");
            yield return Override("QuantizeBlocks(Numbers values, Bytes codes, Maxima maxima)", configuration.Stored.Bits switch
            {
                4 => $"Kernels.QuantizeFourBits<Kernels.{configuration.Stored.Name}>(values, codes, maxima)",
                8 => $"Kernels.QuantizeEightBits<Kernels.{configuration.Stored.Name}>(values, codes, maxima)",
                _ => $"Kernels.QuantizeSixteenBits<Kernels.{configuration.Stored.Name}>(values, codes)",
            });
            yield break;
        }

        bool hasFactors = configuration.Rank > 0;
        const string Refusal = """
            throw new global::System.InvalidOperationException("A layer without [LowRank] has no adapter. Mark its class [LowRank] to give it one.")
            """;
        yield return Override(
            "ReduceGradient(CpuDevice device, Tensor dy, LowRankTerms terms, Tensor v)",
            hasFactors ? "Factors.ReduceGradient(device, dy, terms, v)" : Refusal);
        yield return Override(
            "FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)",
            hasFactors ? "Factors.FactorGradients(device, x, dy, u, v, factors)" : Refusal);
        yield return Override(
            "Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign)",
            hasFactors ? "Factors.Merge(device, weight, factors, sign)" : Refusal);
        if (hasFactors)
        {
            yield return """
                /// <summary>y = Σ s·u Bᵀ with u = x Aᵀ: the terms alone, without W.</summary>
                internal static void TermsAlone(CpuDevice device, Tensor x, LowRankTerms terms, Tensor u, Tensor y) =>
                    Factors.TermsAlone(device, x, terms, u, y);
                """;
        }
    }

    private static string Override(string declaration, string body) => $"""
        /// <inheritdoc/>
        protected override void {declaration} =>
            {body};
        """;
}
