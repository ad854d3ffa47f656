using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints which work is given to the device's threads, in the variant whose vectors the processor has.</summary>
internal static class ProductsPrinter
{
    /// <summary>The members: what reads W, and what reads the factors alone.</summary>
    public static IEnumerable<string> Members(KernelNeeds needs)
    {
        yield return Products(needs);
        if (needs.HasLowRank)
            yield return FactorProducts(needs);
    }

    private static string Products(KernelNeeds needs)
    {
        Product forward = Product.Forward(needs.Described), inputGradient = Product.InputGradient(needs.Described);
        TermText term = TermPrinter.LoopsOf(forward), gradientTerm = TermPrinter.LoopsOf(inputGradient);
        string weight = needs.IsPacked ? "TWeight.Bits == 32 ? weight.Data : null, TWeight.Bits < 32 ? PackedWeight.Of(weight) : null" : "weight.Data";
        (string packedParameter, string packed) = needs.IsPacked ? ("PackedWeight? packed, ", "packed, ") : (string.Empty, string.Empty);
        return Template.Text($$"""
            /// <summary>The products of one weight and one rank.</summary>
            internal static class Products<TWeight, TRank>
                {{KernelParametersPrinter.WeightAndRank}}
            {
                /// <summary>{{forward.Formula}}.</summary>
                internal static void Forward(CpuDevice device, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y)
                {
                    {{Reduce(needs, "u", "Reduce(device, x, terms, u)")}}
                    int workers = Sharing.Workers(device, x.Rows, y.Columns, x.Columns);
                    Run(device, workers, x, {{weight}}, bias?.Data, {{term.Arguments}}y);
                }

                /// <summary>{{inputGradient.Formula}}.</summary>
                internal static void InputGradient(CpuDevice device, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx)
                {
                    {{Reduce(needs, "v", "ReduceGradient(device, dy, terms, v)")}}
                    int workers = Sharing.Workers(device, dy.Rows, dy.Columns, dx.Columns);
                    {{Run(shape => $"new InputGradient<{shape.Variant}, TWeight, TRank>(dy, {weight}, {gradientTerm.Arguments}dx)")}}
                }

                /// <summary>The forward product, or its low-rank terms alone.</summary>
                internal static void Run(
                    CpuDevice device, int workers, Tensor? x, Tensor? weight, {{packedParameter}}Tensor? bias, {{term.Parameters}}Tensor y)
                {
                    {{Run(shape => $"new Forward<{shape.Variant}, TWeight, TRank>(x, weight, {packed}bias, {term.Arguments}y)")}}
                }

                {{(needs.IsPacked ? Dequantize : string.Empty)}}
            }
            """);
    }

    private static string Dequantize => Template.Text($$"""
        /// <summary>The numbers that W's codes stand for.</summary>
        internal static void Dequantize(CpuDevice device, PackedWeight weight, Tensor dense)
        {
            int workers = Sharing.Workers(device, weight.Shape.Rows, weight.Shape.Columns, 1);
            {{Run(shape => $"new Dequantize<{shape.Variant}, TWeight>(weight, dense)")}}
        }
        """);

    private static string FactorProducts(KernelNeeds needs) => Template.Text($$"""
        /// <summary>The products with the factors of one rank.</summary>
        internal static class FactorProducts<TRank>
            where TRank : struct, IRank
        {
            /// <summary>u = x Aᵀ for each term.</summary>
            internal static void Reduce(CpuDevice device, Tensor x, LowRankTerms terms, Tensor u)
            {
                int workers = Sharing.Workers(device, u.Rows, TRank.Value, x.Columns);
                {{RunFactors("Reduce(x, terms, u)")}}
            }

            /// <summary>v = s·dy B for each term.</summary>
            internal static void ReduceGradient(CpuDevice device, Tensor dy, LowRankTerms terms, Tensor v)
            {
                int workers = Sharing.Workers(device, v.Rows, TRank.Value, dy.Columns);
                {{RunFactors("ReduceGradient(dy, terms, v)")}}
            }

            /// <summary>dA += vᵀ x and dB += s·dyᵀ u.</summary>
            internal static void FactorGradients(CpuDevice device, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors)
            {
                FactorGradient(device, v, x, 1, false, factors.A.AccumulatedGradient);
                FactorGradient(device, u, dy, factors.Scaling, true, factors.B.AccumulatedGradient);
            }

            /// <summary>W += sign·s·B A.</summary>
            internal static void Merge(CpuDevice device, FrozenWeight weight, LowRankFactors factors, float sign)
            {
                int workers = Sharing.Workers(device, TRank.Value, factors.B.Value.Rows, factors.A.Value.Columns);
                {{RunFactors("Merge(weight.Data, factors.A.Value, factors.B.Value, sign * factors.Scaling)")}}
            }

            /// <summary>y = Σ s·u Bᵀ with u = x Aᵀ: the terms alone, without W.</summary>
            internal static void TermsAlone(CpuDevice device, Tensor x, LowRankTerms terms, Tensor u, Tensor y)
            {
                Reduce(device, x, terms, u);
                int workers = Sharing.Workers(device, y.Rows, y.Columns, TRank.Value);
                Products<FullPrecision, TRank>.Run(
                    device, workers, null, null, {{(needs.IsPacked ? "null, " : "")}}null, terms, u, y);
            }

            /// <summary>gradient += scaling · byRankᵀ byFeature, or its transpose where the gradient is turned.</summary>
            private static void FactorGradient(CpuDevice device, Tensor byRank, Tensor byFeature, float scaling, bool turns, Tensor gradient)
            {
                int workers = Sharing.Workers(device, TRank.Value, byFeature.Columns, byFeature.Rows);
                {{RunFactors("FactorGradient(byRank, byFeature, scaling, turns, gradient)")}}
            }
        }
        """);

    /// <summary>The product with a factor that comes first where the layer has an adapter.</summary>
    private static string Reduce(KernelNeeds needs, string reduced, string call) => !needs.HasLowRank ? string.Empty : $"""
        if (TRank.Value > 0 && {reduced} is not null)
            FactorProducts<TRank>.{call};
        """;

    private static string Run(Func<VectorShape, string> work) => Template.Text($$"""
        ParallelWork work = VectorWidth.Bits switch
        {
            {{VectorShape.All.Select(shape => $"{(shape.Bits == 128 ? "_" : $"{shape.Bits}")} => {work(shape)},")}}
        };
        device.RunShared(work, workers);
        """);

    private static string RunFactors(string work) => Run(shape => $"new Factors<Floats{shape.Bits}, VectorOperations{shape.Bits}, TRank>.{work}");
}
