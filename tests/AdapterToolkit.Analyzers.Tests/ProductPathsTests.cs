using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: the ways that BA takes from where it is formed to where it is multiplied, or kept, or compared.</summary>
public sealed class ProductPathsTests
{
    [Theory]
    [InlineData("Func<Tensor, Tensor, Tensor> times = My.MatMul; return {|ADT0101:times(times(b, a), x)|};")]
    [InlineData("Func<Tensor, Tensor> apply = d => {|ADT0101:My.MatMul(d, x)|}; return apply(My.MatMul(b, a));")]
    [InlineData("return With(My.MatMul(b, a), d => {|ADT0101:My.MatMul(d, x)|});")]
    [InlineData("foreach (Tensor d in Deltas()) x = {|ADT0101:My.MatMul(d, x)|}; return x;")]
    [InlineData("""
        foreach (Tensor d in from l in Layers where l.Factors is not null select My.MatMul(l.Factors!.B.Value, l.Factors.A.Value))
            x = {|ADT0101:My.MatMul(d, x)|};
        return x;
        """)]
    [InlineData("var o = new { Delta = My.MatMul(b, a), Input = x }; return {|ADT0101:My.MatMul(o.Delta, o.Input)|};")]
    [InlineData("""var o = new Dictionary<string, Tensor> { ["q"] = My.MatMul(b, a) }; return {|ADT0101:My.MatMul(o["q"], x)|};""")]
    [InlineData("var o = new List<Tensor> { My.MatMul(b, a) }; return {|ADT0101:My.MatMul(o[0], x)|};")]
    [InlineData("Result r = new() { Delta = My.MatMul(b, a) }; return {|ADT0101:My.MatMul(r.Delta, x)|};")]
    [InlineData("Result r = new(); r.Delta = My.MatMul(b, a); return {|ADT0101:My.MatMul(r.Delta, x)|};")]
    [InlineData("Result r = new() { Delta = My.MatMul(b, a) }; r.Delta = x; return My.MatMul(r.Delta, x);")]
    [InlineData("return {|ADT0101:new Applied(My.MatMul(b, a)).To(x)|};")]
    [InlineData("void Form(ref Tensor into) => into = My.MatMul(b, a); Tensor d = x; Form(ref d); return {|ADT0101:My.MatMul(d, x)|};")]
    [InlineData("using TensorScope scope = new(); Tensor d = scope.Keep(My.MatMul(b, a)); return {|ADT0101:My.MatMul(d, x)|};")]
    [InlineData("return {|ADT0101:My.MatMul(Kept.Shared.Delta!, x)|};")]
    [InlineData("return {|ADT0101:My.MatMul(Kept.Shared.Behind, x)|};")]
    [InlineData("Func<Tensor, Tensor> f = null!; f = t => f(t) * 2f; return f(My.MatMul(b, a));")]
    [InlineData("Step r = new(My.MatMul(b, a), 0); r = r with { Number = 1 }; return {|ADT0101:My.MatMul(r.Delta, x)|};")]
    [InlineData("Step r = new(My.MatMul(b, a), 0); r = r with { Delta = x }; return My.MatMul(r.Delta, x);")]
    [InlineData("Held?.Delta = My.MatMul(b, a); return {|ADT0101:My.MatMul(Held!.Delta, x)|};")]
    [InlineData("Held?.Delta = x; return My.MatMul(Held!.Delta, x);")]
    public Task Follows(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("foreach (Tensor row in Rows) y = {|ADT0101:My.MatMul(row, My.MatMul(b, a))|};")]
    [InlineData("Tensor w = Layer.Weight.ToTensor() + My.MatMul(b, a); foreach (Tensor row in Rows) y = My.MatMul(row, w);")]
    [InlineData("Tensor w = Layer.Weight.ToTensor() + My.MatMul(b, a); y = Rows.Select(row => My.MatMul(row, w)).First();")]
    [InlineData("foreach (Tensor row in Rows) y = {|ADT0101:My.MatMul(row, Layer.Weight.ToTensor() + My.MatMul(b, a))|};")]
    [InlineData("foreach (Tensor row in Rows) y = {|ADT0101:My.MatMul(row, Merged())|};")]
    [InlineData("if (!_merged.TryGetValue(Layer, out Tensor? w)) { w = Layer.Weight.ToTensor() + My.MatMul(b, a); _merged[Layer] = w; } y = My.MatMul(w, x);")]
    [InlineData("Tensor w = _merged.GetOrAdd(Layer, _ => Layer.Weight.ToTensor() + My.MatMul(b, a)); y = My.MatMul(w, x);")]
    [InlineData("""
        float[] w = Layer.Weight.ToArray(), d = My.MatMul(b, a).ToArray();
        for (int i = 0; i < w.Length; i++) w[i] += s * d[i];
        y = {|ADT0101:My.MatMul(Tensor.From(x.Device, x.Shape, w), x)|};
        """)]
    [InlineData("""
        float[] w = Layer.Weight.ToArray(), d = My.MatMul(b, a).ToArray();
        for (int i = 0; i < w.Length; i++) w[i] += s * d[i];
        Layer.SetFactors(null);
        """)]
    [InlineData("float[] u = new float[2]; for (int i = 0; i < 2; i++) u[i] += a.Span[i] * x.Span[i]; y = My.MatMul(b, Tensor.From(x.Device, x.Shape, u));")]
    public Task TellsMergesThatServeManyProducts(string body) => Rule.Check(Class("Tensor y = x; " + body + " return y;"));

    [Theory]
    [InlineData("float Off(Tensor p, Tensor q) => p.Span[0] - q.Span[0]; Console.WriteLine(Off(My.MatMul(My.MatMul(b, a), x), x)); return x;")]
    [InlineData("""
        Tensor slow = My.MatMul(My.MatMul(b, a), x), fast = Layer.Forward(x);
        for (int i = 0; i < slow.Rows; i++) if (MathF.Abs(slow.Span[i] - fast.Span[i]) > 1e-4f) throw new InvalidOperationException();
        return x;
        """)]
    [InlineData("""
        Tensor slow = My.MatMul(Layer.Weight.ToTensor() + My.MatMul(b, a), x);
        float[] p = slow.ToArray(), q = x.ToArray();
        float worst = 0;
        for (int i = 0; i < p.Length; i++) worst = Math.Max(worst, Math.Abs(p[i] - q[i]));
        return x;
        """)]
    [InlineData("float Loss(Tensor p, Tensor q) => p.Span[0] - q.Span[0]; Console.WriteLine(Loss(My.MatMul(My.MatMul(b, a), x), x)); return x;")]
    [InlineData("Tensor slow = My.MatMul({|ADT0101:My.MatMul(My.MatMul(b, a), x)|}, x); return slow;")]
    public Task TellsComparisons(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("Prints", "")]
    [InlineData("Associates", "[Fact]")]
    [InlineData("Associates", "[TestMethod]")]
    public Task IsSilentWhereAResultIsOnlyLookedAt(string name, string attribute) => Rule.Check(Class("return x;", $$"""
        {{attribute}} public void {{name}}(Tensor x) => Report(My.MatMul(My.MatMul(Layer.Factors!.B.Value, Layer.Factors.A.Value), x));
        private static void Report(Tensor y) => Console.WriteLine(y);
        """));

    [Theory]
    [InlineData("return {|ADT0101:q * p * x|};")]
    [InlineData("return {|ADT0101:q.Multiply(p).Multiply(x)|};")]
    [InlineData("return {|ADT0101:x * (q * p).Transpose()|};")]
    [InlineData("return {|ADT0101:(w + 2f * (q * p)) * x|};")]
    [InlineData("return q * (p * x);")]
    [InlineData("return w + 2f * (q * p);")]
    public Task KnowsMatrixTypes(string body) => Rule.Check($$"""
        public sealed class Matrix
        {
            private readonly float[] _values; private readonly int _rows, _columns;
            public Matrix(float[] values, int rows, int columns) { _values = values; _rows = rows; _columns = columns; }
            public static Matrix FromRows(float[] values, int rows, int columns) => new(values, rows, columns);
            public static Matrix operator *(Matrix p, Matrix q) => p.Multiply(q);
            public static Matrix operator *(float p, Matrix q) => new(q._values.Select(v => p * v).ToArray(), q._rows, q._columns);
            public static Matrix operator +(Matrix p, Matrix q) => new(p._values.Zip(q._values, (v, w) => v + w).ToArray(), p._rows, p._columns);
            public Matrix Transpose()
            {
                float[] turned = new float[_values.Length];
                for (int i = 0; i < _rows; i++) for (int j = 0; j < _columns; j++) turned[j * _rows + i] = _values[i * _columns + j];
                return new Matrix(turned, _columns, _rows);
            }
            public Matrix Multiply(Matrix q)
            {
                float[] sums = new float[_rows * q._columns];
                for (int i = 0; i < _rows; i++)
                    for (int j = 0; j < q._columns; j++)
                        for (int k = 0; k < _columns; k++)
                            sums[i * q._columns + j] += _values[i * _columns + k] * q._values[k * q._columns + j];
                return new Matrix(sums, _rows, q._columns);
            }
        }

        public static class User
        {
            public static Matrix Run(LowRankFactors factors, Matrix w, Matrix x)
            {
                Matrix p = Matrix.FromRows(factors.SavedA(), 2, 8), q = Matrix.FromRows(factors.SavedB(), 8, 2);
                {{body}}
            }
        }
        """);

    private static string Class(string body, string members = "") => $$"""
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
        }

        public sealed record Step(Tensor Delta, int Number);
        public sealed class Result { public Tensor Delta { get; set; } = null!; }

        public sealed class Applied(Tensor delta) { public Tensor To(Tensor x) => My.MatMul(delta, x); }

        public sealed class Kept
        {
            public static Kept Shared { get; } = new();
            private Tensor _behind = null!;
            public Tensor? Delta { get; set; }
            public Tensor Behind { get => _behind; set => _behind = value; }
        }

        public class User(Projection layer)
        {
            private readonly System.Collections.Concurrent.ConcurrentDictionary<Linear, Tensor> _merged = new();

            private Projection Layer { get; } = layer;

            private IReadOnlyList<Projection> Layers { get; } = [];

            private IReadOnlyList<Tensor> Rows { get; } = [];

            private Tensor Merged() => Layer.Weight.ToTensor() + My.MatMul(Layer.Factors!.B.Value, Layer.Factors.A.Value);

            private IEnumerable<Tensor> Deltas() { foreach (Projection l in Layers) yield return My.MatMul(l.Factors!.B.Value, l.Factors.A.Value); }

            private Result? Held { get; set; } = new();

            private static Tensor With(Tensor delta, Func<Tensor, Tensor> use) => use(delta);

            public static void Keep(Kept kept, Linear layer)
            {
                kept.Delta = My.MatMul(layer.Factors!.B.Value, layer.Factors.A.Value);
                kept.Behind = kept.Delta;
            }

            {{members}}

            public Tensor Run(Tensor x, float s)
            {
                Tensor a = Layer.Factors!.A.Value, b = Layer.Factors.B.Value;
                {{body}}
            }
        }
        """;
}
