using Xunit;
using Fix = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer, AdapterToolkit.CodeFixes.MultiplyByFactorsFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fix of ADT0101.</summary>
public sealed class MultiplyByFactorsFixTests
{
    [Theory]
    [InlineData("return {|ADT0101:My.MatMul(My.MatMul(b, a), x)|};", "return My.MatMul(b, My.MatMul(a, x));")]
    [InlineData("return x + {|ADT0101:My.MatMul(My.MatMul(b, a) * s, x)|};", "return x + My.MatMul(b, My.MatMul(a, x)) * s;")]
    [InlineData("return x + {|ADT0101:My.MatMul(s * (My.MatMul(b, a)), x)|};", "return x + s * My.MatMul(b, My.MatMul(a, x));")]
    [InlineData("return {|ADT0101:My.MatMul(x, My.Transpose(My.MatMul(b, a)))|};", "return My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b));")]
    [InlineData("return {|ADT0101:My.MatMul(x, My.MatMul(My.Transpose(a), My.Transpose(b)))|};",
        "return My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b));")]
    [InlineData("return {|ADT0101:My.MatMul(x, My.Transpose(My.Transpose(My.MatMul(My.Transpose(a), My.Transpose(b)))))|};",
        "return My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b));")]
    [InlineData("return {|ADT0101:My.MatMul(Op.Scale(My.MatMul(b, a), s), x)|};", "return Op.Scale(My.MatMul(b, My.MatMul(a, x)), s);")]
    [InlineData("return {|ADT0101:My.MatMul(-My.MatMul(b, a), x)|};", "return -My.MatMul(b, My.MatMul(a, x));")]
    [InlineData("return {|ADT0101:My.MatMul(/* the product */ My.MatMul(b, a), /* the input */ x)|}; // y",
        "return My.MatMul(/* the product */ b, /* the input */ My.MatMul(a, x)); // y")]
    [InlineData("""
        Tensor delta = My.MatMul(b, a);
        return {|ADT0101:My.MatMul(delta, x)|};
        """, "return My.MatMul(b, My.MatMul(a, x));")]
    [InlineData(
        """
        // the change of W
        Tensor delta = My.MatMul(b, a) * s;
        // applied
        return {|ADT0101:My.MatMul(delta, x)|};
        """,
        """
        // the change of W
        // applied
        return My.MatMul(b, My.MatMul(a, x)) * s;
        """)]
    [InlineData(
        """
        Tensor delta = My.MatMul(b, a);
        float norm = delta.ToArray()[0];
        return {|ADT0101:My.MatMul(delta, x)|};
        """,
        """
        Tensor delta = My.MatMul(b, a);
        float norm = delta.ToArray()[0];
        return My.MatMul(b, My.MatMul(a, x));
        """)]
    [InlineData("return {|ADT0101:My.MatMul(Delta, x)|};", "return My.MatMul(B, My.MatMul(A, x));")]
    [InlineData("return {|ADT0101:My.MatMulNT(x, My.MatMul(b, a))|};", "return My.MatMulNT(My.MatMulNT(x, a), b);")]
    [InlineData("return {|ADT0101:My.PlainTransposed(My.PlainTransposed(b, a), x)|};", "return My.PlainTransposed(b, My.PlainTransposed(a, x));")]
    [InlineData("return {|ADT0101:My.MatMul(My.MatMul(b, a), x + x)|};", "return My.MatMul(b, My.MatMul(a, x + x));")]
    [InlineData(
        """
        x = {|ADT0101:My.MatMul(My.MatMul(b, a), x)|};
        return {|ADT0101:My.MatMul(My.MatMul(B, A), x)|};
        """,
        """
        x = My.MatMul(b, My.MatMul(a, x));
        return My.MatMul(B, My.MatMul(A, x));
        """)]
    [InlineData("return {|ADT0101:My.MatMul(Form(), x)|};", "return My.MatMul(B, My.MatMul(A, x)) * 2f;")]
    [InlineData(
        """
        Tensor Local() => My.MatMul(b, a);
        return {|ADT0101:My.MatMul(Local(), x)|};
        """,
        """
        Tensor Local() => My.MatMul(b, a);
        return My.MatMul(b, My.MatMul(a, x));
        """)]
    [InlineData("return {|ADT0101:My.MatMul(right: x, left: My.MatMul(b, a))|};", "return My.MatMul(right: My.MatMul(right: x, left: a), left: b);")]
    [InlineData(
        """
        return {|ADT0101:My.MatMul(
            My.MatMul(b, a), // formed
            x)|};
        """,
        """
        return My.MatMul(
            b, // formed
            My.MatMul(a, x));
        """)]
    [InlineData("return {|ADT0101:My.MatMul(Layer.Weight.ToTensor() + My.MatMul(b, a), x)|};",
        "return My.MatMul(Layer.Weight.ToTensor(), x) + My.MatMul(b, My.MatMul(a, x));")]
    [InlineData("return x - {|ADT0101:My.MatMul(x, My.Transpose(Layer.Weight.ToTensor() - s * My.MatMul(b, a)))|};",
        "return x - (My.MatMul(x, My.Transpose(Layer.Weight.ToTensor())) - s * My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b)));")]
    [InlineData("return {|ADT0101:My.MatMul(My.MatMul(b, a), {|ADT0101:My.MatMul(My.MatMul(B, A), x)|})|};",
        "return My.MatMul(b, My.MatMul(a, My.MatMul(B, My.MatMul(A, x))));")]
    [InlineData(
        """
        Tensor delta = My.MatMul(b, a);
        x = {|ADT0101:My.MatMul(delta, x)|};
        return {|ADT0101:My.MatMul(delta, x)|};
        """,
        """
        x = My.MatMul(b, My.MatMul(a, x));
        return My.MatMul(b, My.MatMul(a, x));
        """)]
    public Task Rewrites(string body, string expected) => Fix.Check(Class(body), Class(expected));

    [Theory]
    [InlineData("""
        Tensor delta = My.MatMul(b, a);
        delta = delta + delta;
        return {|ADT0101:My.MatMul(delta, x)|};
        """)]
    [InlineData("""
        Tensor delta = My.MatMul(b, a);
        b = x;
        return {|ADT0101:My.MatMul(delta, x)|};
        """)]
    [InlineData("return {|ADT0101:My.MatMul(My.MatMulNT(b, a), x)|};")]
    [InlineData("return {|ADT0101:My.Swapped(x, My.MatMul(b, a))|};")]
    [InlineData("return {|ADT0101:My.MatMulTN(My.MatMul(b, a), x)|};")]
    [InlineData("""
        Tensor B = x;
        return {|ADT0101:My.MatMul(Delta, x)|} + B;
        """)]
    [InlineData("return {|ADT0101:My.MatMul(Virtual, x)|};")]
    [InlineData("return {|ADT0101:My.MatMulTransposed(My.MatMul(b, a), x, true)|};")]
    public Task OffersNothingWhereItCouldBeWrong(string body) => Fix.Check(Class(body), Class(body));

    [Theory]
    [InlineData("return {|ADT0101:x.matmul(lora_B.matmul(lora_A).T)|};", "return x.matmul(lora_A.T).matmul(lora_B.T);")]
    [InlineData("return {|ADT0101:x.matmul(lora_B.matmul(lora_A).t())|};", "return x.matmul(lora_A.t()).matmul(lora_B.t());")]
    [InlineData("return {|ADT0101:matmul(x, (2.0 * lora_B.mm(lora_A)).transpose(0, 1))|};",
        "return 2.0 * matmul(matmul(x, lora_A.transpose(0, 1)), lora_B.transpose(0, 1));")]
    [InlineData("return functional.linear(x, weight) + {|ADT0101:functional.linear(x, lora_B.mm(lora_A))|};",
        "return functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);")]
    [InlineData("return {|ADT0101:functional.linear(x, lora_B.mm(lora_A), weight)|};",
        "return functional.linear(functional.linear(x, lora_A), lora_B, weight);")]
    [InlineData("return {|ADT0101:lora_B.mm(lora_A).mm(x)|};", "return lora_B.mm(lora_A.mm(x));")]
    [InlineData("return {|ADT0101:lora_B.mm(lora_A).mul(0.5).mm(x)|}.relu();", "return lora_B.mm(lora_A.mm(x)).mul(0.5).relu();")]
    [InlineData("return {|ADT0101:x.mm(lora_A.t().mm(lora_B.t()))|};", "return x.mm(lora_A.t()).mm(lora_B.t());")]
    [InlineData("return {|ADT0101:functional.linear(x, weight + 2.0 * lora_B.mm(lora_A))|};",
        "return functional.linear(x, weight) + 2.0 * functional.linear(functional.linear(x, lora_A), lora_B);")]
    [InlineData("return {|ADT0101:functional.linear(x, weight + lora_B.mm(lora_A), bias)|};",
        "return functional.linear(x, weight, bias) + functional.linear(functional.linear(x, lora_A), lora_B);")]
    [InlineData("return {|ADT0101:x.matmul((weight + lora_B.mm(lora_A)).T)|}.relu();",
        "return (x.matmul(weight.T) + x.matmul(lora_A.T).matmul(lora_B.T)).relu();")]
    [InlineData("return {|ADT0101:functional.linear(x, lora_B.mm(lora_A) * 2.0, bias)|};",
        "return functional.linear(functional.linear(x, lora_A), lora_B) * 2.0 + bias;")]
    [InlineData("return {|ADT0101:torch.matmul(target: x, input: lora_B.mm(lora_A))|};",
        "return torch.matmul(target: torch.matmul(target: x, input: lora_A), input: lora_B);")]
    [InlineData("""
        using var delta = lora_B.mm(lora_A);
        return {|ADT0101:x.mm(delta.t())|};
        """, "return x.mm(lora_A.t()).mm(lora_B.t());")]
    public Task RewritesTorchSharp(string body, string expected) => Fix.CheckTorch(Torch(body), Torch(expected));

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
            public static Tensor MatMulTransposed(Tensor left, Tensor right, bool transposed)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Rows));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Rows; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Rows + j] += left.Span[i * left.Columns + k] * right.Span[j * right.Columns + k];
                return result;
            }
            public static Tensor MatMulNT(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Rows));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Rows; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Rows + j] += left.Span[i * left.Columns + k] * right.Span[j * right.Columns + k];
                return result;
            }
            public static Tensor MatMulTN(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Columns, right.Columns));
                for (int i = 0; i < left.Columns; i++)
                    for (int j = 0; j < right.Columns; j++)
                        for (int k = 0; k < left.Rows; k++)
                            result.Span[i * right.Columns + j] += left.Span[k * left.Columns + i] * right.Span[k * right.Columns + j];
                return result;
            }
            public static Tensor Swapped(Tensor right, Tensor left)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                for (int i = 0; i < left.Rows; i++)
                    for (int j = 0; j < right.Columns; j++)
                        for (int k = 0; k < left.Columns; k++)
                            result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                return result;
            }
            public static Tensor PlainTransposed(Tensor left, Tensor right)
            {
                Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                for (int i = 0; i < left.Rows; i++)
                {
                    ReadOnlySpan<float> row = left.Span.Slice(i * left.Columns, left.Columns);
                    for (int k = 0; k < row.Length; k++)
                        for (int j = 0; j < right.Columns; j++)
                            result.Span[i * right.Columns + j] += row[k] * right.Span[k * right.Columns + j];
                }
                return result;
            }
            public static Tensor Transpose(Tensor x) => x;
        }

        public class User(Projection layer)
        {
            private Projection Layer { get; } = layer;

            private Tensor A => Layer.Factors!.A.Value;

            private Tensor B => Layer.Factors!.B.Value;

            private Tensor Delta => My.MatMul(B, A);

            public virtual Tensor Virtual => My.MatMul(B, A);

            private Tensor Form() => My.MatMul(B, A) * 2f;

            public Tensor Run(Tensor x, float s)
            {
                Tensor a = Layer.Factors!.A.Value, b = Layer.Factors.B.Value;
                {{body.ReplaceLineEndings("\n        ")}}
            }
        }
        """.ReplaceLineEndings("\n");

    private static string Torch(string body) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, bias, lora_A, lora_B;

            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);
                bias = new Parameter(zeros(outFeatures), requires_grad: false);
                lora_A = new Parameter(randn(rank, inFeatures));
                lora_B = new Parameter(zeros(outFeatures, rank));
            }

            public Tensor run(Tensor x)
            {
                {{body.ReplaceLineEndings("\n        ")}}
            }

            public override Tensor forward(Tensor x) => x;
        }
        """.ReplaceLineEndings("\n");
}
