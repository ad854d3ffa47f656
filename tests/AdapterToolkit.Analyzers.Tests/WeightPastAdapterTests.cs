using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0105.</summary>
public sealed class WeightPastAdapterTests
{
    [Theory]
    [InlineData("return {|ADT0105:My.MatMul(x, Layer.Weight.ToTensor())|};")]
    [InlineData("return {|ADT0105:My.MatMul(Layer.Weight.Data, x)|};")]
    [InlineData("Tensor w = My.Transpose(Layer.Weight.ToTensor()); return {|ADT0105:My.MatMul(x, w)|} + x;")]
    [InlineData("float[] w = Layer.Weight.ToArray(); float[] y = {|ADT0105:My.MatMul(w, x.ToArray(), 8, 8, 1)|}; return Tensor.From(x.Device, x.Shape, y);")]
    [InlineData("foreach (Projection layer in Layers) x = {|ADT0105:My.MatMul(layer.Weight.Data, x)|}; return x;")]
    [InlineData("return {|ADT0105:Times(Layer.Weight.Data, x)|};")]
    [InlineData("return {|ADT0105:My.MatMul(Kept, x)|};")]
    [InlineData("FrozenWeight weight = Layer.Weight; return Op.Silu({|ADT0105:My.MatMul(weight.ToTensor(), x)|});")]
    [InlineData("if (Layer.Factors is null) x = Layer.Forward(x); return {|ADT0105:My.MatMul(x, Layer.Weight.Data)|};")]
    [InlineData("return {|ADT0105:Base(x)|};")]
    [InlineData("return Layers.Aggregate(x, (h, p) => {|ADT0105:My.MatMul(h, p.Weight.Data)|});")]
    public Task Fires(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("return Layer.Forward(x);")]
    [InlineData("return My.MatMul(x, Fixed.Weight.ToTensor());")]
    [InlineData("return My.MatMul(x, Layer.Weight.ToTensor()) + My.MatMul(My.MatMul(x, Layer.Factors!.A.Value), Layer.Factors.B.Value);")]
    [InlineData("""
        Tensor y = My.MatMul(x, Layer.Weight.ToTensor());
        y += 2f * My.MatMul(My.MatMul(x, Layer.Factors!.A.Value), Layer.Factors.B.Value);
        return y;
        """)]
    [InlineData("Assert.Equal(My.MatMul(x, Layer.Weight.ToTensor()), Layer.Forward(x)); return x;")]
    [InlineData("return Op.Multiply(x, Layer.Weight.ToTensor());")]
    [InlineData("Tensor gram = My.MatMul(Layer.Weight.Data, Layer.Weight.Data); return gram;")]
    [InlineData("return Base(x) + My.MatMul(My.MatMul(x, Layer.Factors!.A.Value), Layer.Factors.B.Value);")]
    [InlineData("""
        Tensor w = My.MatMul(x, Layer.Weight.Data), t = My.MatMul(My.MatMul(x, Layer.Factors!.A.Value), Layer.Factors.B.Value);
        Tensor[] terms = [w, t];
        return terms.Aggregate((p, q) => p + q);
        """)]
    [InlineData("""
        Tensor w = My.MatMul(x, Layer.Weight.Data), t = My.MatMul(My.MatMul(x, Layer.Factors!.A.Value), Layer.Factors.B.Value);
        for (int i = 0; i < 8; i++) w.Span[i] += t.Span[i];
        return w;
        """)]
    [InlineData("if (Layer.Factors is null) return My.MatMul(x, Layer.Weight.Data); return Layer.Forward(x);")]
    [InlineData("if (!Layer.IsMerged) return Layer.Forward(x); return My.MatMul(x, Layer.Weight.Data);")]
    [InlineData("return Layer.IsMerged ? My.MatMul(x, Layer.Weight.Data) : Layer.Forward(x);")]
    [InlineData("Layer.MergeTo(32); return My.MatMul(x, Layer.Weight.Data);")]
    [InlineData("""
        float[] w = Layer.Weight.ToArray();
        for (int i = 0; i < w.Length; i++) w[i] += Change(i);
        return Tensor.From(x.Device, x.Shape, My.MatMul(w, x.ToArray(), 8, 8, 1));
        """)]
    public Task IsSilent(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("return My.MatMul(x, Layer.Weight.")]
    [InlineData("return My.MatMul(x, Layer.Weight.Data")]
    public Task IsSilentOnBrokenCode(string body) => Rule.CheckBroken(Class(body));

    private static string Class(string body) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);
        [Frozen] public partial class FixedProjection(int a, int b) : Linear(a, b);

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
            public static float[] MatMul(float[] left, float[] right, int rows, int inner, int columns)
            {
                float[] result = new float[rows * columns];
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        float sum = 0;
                        for (int k = 0; k < inner; k++)
                            sum += left[i * inner + k] * right[k * columns + j];
                        result[i * columns + j] = sum;
                    }
                }
            
                return result;
            }
            public static Tensor Transpose(Tensor x) => x;
        }

        public class User(Projection layer)
        {
            private Tensor Kept => Layer.Weight.ToTensor();

            private Projection Layer { get; } = layer;

            private FixedProjection Fixed { get; } = null!;

            private IReadOnlyList<Projection> Layers { get; } = [];

            public Tensor Run(Tensor x)
            {
                {{body}}
            }

            private Tensor Base(Tensor x) => My.MatMul(x, Layer.Weight.ToTensor());

            private static float Change(int i) => i;

            private static Tensor Times(Tensor matrix, Tensor x) => My.MatMul(matrix, x);
        }
        """;
}
