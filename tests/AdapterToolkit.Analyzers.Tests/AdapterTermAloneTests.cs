using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0109.</summary>
public sealed class AdapterTermAloneTests
{
    [Theory]
    [InlineData("return {|ADT0109:My.MatMul(b, My.MatMul(a, x))|};")]
    [InlineData("return {|ADT0109:My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b)) * Layer.Factors!.Scaling|};")]
    [InlineData("Tensor u = My.MatMul(a, x); Tensor y = My.MatMul(b, u); return {|ADT0109:y|};")]
    [InlineData("if (x.Rows > 2) return {|ADT0109:Term(x)|}; return Layer.Forward(x) + Term(x);")]
    [InlineData("return {|ADT0109:Term(x) + Term(x)|};")]
    [InlineData("Tensor y = Tensor.Zeros(x.Device, x.Shape); y += Term(x); return {|ADT0109:y|};")]
    [InlineData("Tensor y = Layer.Forward(x); y = Term(x); return {|ADT0109:y|};")]
    public Task Fires(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("return Layer.Forward(x);")]
    [InlineData("return Layer.Forward(x) + My.MatMul(b, My.MatMul(a, x));")]
    [InlineData("Tensor y = My.MatMul(b, My.MatMul(a, x)); y += x; return y;")]
    [InlineData("return x + Term(x) * 2f;")]
    [InlineData("return My.MatMul(a, x);")]
    [InlineData("return My.MatMul(b, Op.Silu(My.MatMul(a, x)));")]
    [InlineData("Tensor gradient = My.MatMul(My.MatMul(x, a), a); return gradient;")]
    [InlineData("List<Tensor> terms = [Layer.Forward(x), Term(x)]; return terms.Aggregate((p, q) => p + q);")]
    [InlineData("List<Tensor> terms = []; terms.Add(Layer.Forward(x)); terms.Add(Term(x)); return terms.Aggregate((p, q) => p + q);")]
    [InlineData("Tensor y = Term(x), w = Layer.Forward(x); for (int i = 0; i < w.Rows; i++) y.Span[i] += w.Span[i]; return y;")]
    [InlineData("Tensor y = Term(x); AddTo(y, Layer.Forward(x)); return y;")]
    public Task IsSilent(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("return My.MatMul(b, My.MatMul(a, x)")]
    [InlineData("return My.MatMul(b, My.MatMul(a, x)) +")]
    public Task IsSilentOnBrokenCode(string body) => Rule.CheckBroken(Class(body));

    [Theory]
    [InlineData("return {|ADT0109:matmul(lora_B, matmul(lora_A, x))|};")]
    [InlineData("return {|ADT0109:functional.linear(functional.linear(x, lora_A), lora_B) * 2.0|};")]
    [InlineData("Tensor u = functional.dropout(x.mm(lora_A.t())); return {|ADT0109:u.mm(lora_B.T).mul(0.5)|};")]
    [InlineData("return {|ADT0109:Terms(x).First()|}; "
        + "IEnumerable<Tensor> Terms(Tensor x) { yield return functional.linear(functional.linear(x, lora_A), lora_B); }")]
    public Task FiresOnTorchSharp(string body) => Rule.CheckTorch(Torch(body, "weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);"));

    [Theory]
    [InlineData("return functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);")]
    [InlineData("Tensor y = functional.linear(x, weight); y.add_(functional.linear(functional.linear(x, lora_A), lora_B)); return y;")]
    [InlineData("return addmm(x.mm(weight), x.mm(lora_A.t()), lora_B.t(), 1, 1);")]
    [InlineData("return functional.linear(functional.silu(functional.linear(x, lora_A)), lora_B);")]
    [InlineData("return Terms(x).Aggregate((p, q) => p + q); IEnumerable<Tensor> Terms(Tensor x) { yield return functional.linear(x, weight); "
        + "yield return functional.linear(functional.linear(x, lora_A), lora_B); }")]
    public Task IsSilentOnTorchSharp(string body) =>
        Rule.CheckTorch(Torch(body, "weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);"));

    [Fact]
    public Task IsSilentAboutAPartThatItsOwnerAddsTo() => Rule.CheckTorch("""
        public class Adapter : Module<Tensor, Tensor>
        {
            private readonly Parameter lora_A, lora_B;
            public Adapter(int n, int rank) : base("a") { lora_A = new Parameter(randn(rank, n)); lora_B = new Parameter(zeros(n, rank)); }
            public override Tensor forward(Tensor x) => x.mm(lora_A.t()).mm(lora_B.t());
        }

        public class Adapted : Module<Tensor, Tensor>
        {
            private readonly Linear layer;
            private readonly Adapter adapter;
            public Adapted() : base("b") { layer = Linear(8, 8); adapter = new Adapter(8, 2); }
            public override Tensor forward(Tensor x) => layer.forward(x) + adapter.forward(x);
        }
        """);

    [Fact]
    public Task FiresOnAClassOfFactorsThatNothingAddsTo() => Rule.CheckTorch("""
        public class Adapter : Module<Tensor, Tensor>
        {
            private readonly Parameter lora_A, lora_B;
            public Adapter(int n, int rank) : base("a") { lora_A = new Parameter(randn(rank, n)); lora_B = new Parameter(zeros(n, rank)); }
            public override Tensor forward(Tensor x) => {|ADT0109:x.mm(lora_A.t()).mm(lora_B.t())|};
        }
        """);

    [Fact]
    public Task IsSilentAboutAnAutoencoder() => Rule.CheckTorch("""
        public class Autoencoder : Module<Tensor, Tensor>
        {
            private readonly Linear down, up;
            public Autoencoder() : base("a") { down = Linear(784, 32); up = Linear(32, 784); }
            public override Tensor forward(Tensor x) => up.forward(functional.silu(down.forward(x)));
        }
        """);

    [Fact]
    public Task ProductOfFactorsSpeaksAlone() => Rule.Check(Class("return {|ADT0101:My.MatMul(My.MatMul(b, a), x)|};"));

    private static string Class(string body) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);

        public static class My
        {
            public static Tensor MatMul(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Columns; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                return result;
            }
            public static Tensor Transpose(Tensor x) => x;
        }

        [AdapterModel] public partial class User(Projection layer)
        {
            private Projection Layer { get; } = layer;

            public Tensor Forward(Tensor x)
            {
                Tensor a = Layer.Factors!.A.Value, b = Layer.Factors.B.Value;
                {{body}}
            }

            private static void AddTo(Tensor y, Tensor w) { for (int i = 0; i < w.Rows; i++) y.Span[i] += w.Span[i]; }

            private Tensor Term(Tensor x) => My.MatMul(Layer.Factors!.B.Value, My.MatMul(Layer.Factors.A.Value, x));
        }
        """;

    private static string Torch(string body, string weight) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;

            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                {{weight}}
                lora_A = new Parameter(randn(rank, inFeatures));
                lora_B = new Parameter(zeros(outFeatures, rank));
            }

            public override Tensor forward(Tensor x)
            {
                {{body}}
            }
        }
        """;
}
