using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101.</summary>
public sealed class ProductOfFactorsTests
{
    private const string Helpers = """

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
            public static void Multiply(float[] left, float[] right, float[] result)
            {
                for (int i = 0; i < 8; i++)
                    for (int j = 0; j < 8; j++)
                        for (int k = 0; k < 2; k++)
                            result[i * 8 + j] += left[i * 2 + k] * right[k * 8 + j];
            }
            public static Tensor Transpose(Tensor x) => x;
            public static Tensor Product(Tensor left, Tensor right) => MatMul(left, right);
            public static Tensor Apply(Tensor matrix, Tensor x) => MatMul(matrix, x);
            public static Tensor Delta(Linear layer) => MatMul(layer.Factors!.B.Value, layer.Factors.A.Value) * layer.Factors.Scaling;
            public static Tensor Twice(Tensor x) { Tensor y = x; return y * 2; }
        }
        """;

    [Theory]
    [InlineData("return {|ADT0101:My.MatMul(My.MatMul(b, a), x)|};")]
    [InlineData("return {|ADT0101:My.MatMul(x, My.Transpose(My.MatMul(b, a)))|};")]
    [InlineData("return {|ADT0101:My.MatMul(x, My.MatMul(My.Transpose(a), My.Transpose(b)))|};")]
    [InlineData("return {|ADT0101:My.MatMul((s * (My.MatMul(b, a))), x)|};")]
    [InlineData("Tensor delta = My.MatMul(b, a); delta = delta * s; Tensor copy = delta; return x + {|ADT0101:My.MatMul(copy, x)|};")]
    [InlineData("return {|ADT0101:My.MatMul(My.Product(b, a), x)|};")]
    [InlineData("return {|ADT0101:My.Apply(My.MatMul(b, a), x)|};")]
    [InlineData("return {|ADT0101:My.Apply(My.Delta(Layer), Layer.Forward(x))|};")]
    [InlineData("return {|ADT0101:My.MatMul(My.Twice(My.Delta(Layer)), x)|};")]
    [InlineData("Tensor? delta = null; if (x.Rows > 2) delta = My.MatMul(b, a); return delta is null ? x : {|ADT0101:My.MatMul(delta, x)|};")]
    [InlineData("foreach (Linear layer in Layers) x = {|ADT0101:My.MatMul(My.MatMul(layer.Factors!.B.Value, layer.Factors.A.Value), x)|}; return x;")]
    [InlineData("var (left, right) = (b, a); Tensor d = My.MatMul(left, right); return {|ADT0101:My.MatMul(d, x)|};")]
    [InlineData("if (Layer.Factors is { A: var first, B: var second }) return {|ADT0101:My.MatMul(My.MatMul(second.Value, first.Value), x)|}; return x;")]
    [InlineData("Func<Tensor> delta = () => My.MatMul(b, a); return {|ADT0101:My.MatMul(delta(), x)|};")]
    [InlineData("Tensor Local(Tensor t) => {|ADT0101:My.MatMul(My.MatMul(b, a), t)|}; return Local(x);")]
    [InlineData("""
        var deltas = Layers.Select(layer => My.MatMul(layer.Factors!.B.Value, layer.Factors.A.Value)).ToList();
        return {|ADT0101:My.MatMul(deltas[0], x)|};
        """)]
    [InlineData("List<Tensor> deltas = []; deltas.Add(My.Delta(Layer)); foreach (Tensor delta in deltas) x = {|ADT0101:My.MatMul(delta, x)|}; return x;")]
    [InlineData("Tensor d = Op.Scale(My.MatMul(b, a), s); return {|ADT0101:My.MatMul(d, x)|};")]
    [InlineData("Tensor sum = My.MatMul(b, a) + My.Delta(Layer); return {|ADT0101:My.MatMul(sum, x)|};")]
    [InlineData("Tensor w = Layer.Weight.ToTensor() + My.MatMul(b, a); return {|ADT0101:My.MatMul(w, x)|};")]
    [InlineData("""
        float[] d = My.MatMul(Layer.Factors!.SavedB(), Layer.Factors.SavedA(), 8, 2, 8);
        float[] y = {|ADT0101:My.MatMul(d, x.ToArray(), 8, 8, 1)|};
        return Tensor.From(x.Device, x.Shape, y);
        """)]
    [InlineData("Tensor d = x; try { d = My.MatMul(b, a); } catch (Exception) { } finally { x = -x; } return {|ADT0101:My.MatMul(d, x)|};")]
    [InlineData("Tensor d = My.MatMul(My.MatMul(My.MatMul(b, a), x), x); return d;", true)]
    [InlineData("(Tensor Delta, Tensor Input) pair = (My.MatMul(b, a), x); return {|ADT0101:My.MatMul(pair.Delta, pair.Input)|};")]
    [InlineData("Tensor d = (x.Rows > 3) switch { true => My.MatMul(b, a), _ => My.Delta(Layer) }; return {|ADT0101:My.MatMul(d, x)|};")]
    public Task Fires(string body, bool marksItself = false) =>
        Rule.Check(
            Class(marksItself ? body.Replace("My.MatMul(My.MatMul(b, a), x)", "{|ADT0101:My.MatMul(My.MatMul(b, a), x)|}", StringComparison.Ordinal) : body));

    [Theory]
    [InlineData("return My.MatMul(b, My.MatMul(a, x)) + Layer.Forward(x);")]
    [InlineData("return x + My.MatMul(My.MatMul(x, My.Transpose(a)), My.Transpose(b));")]
    [InlineData("Tensor merged = Layer.Weight.ToTensor() + My.MatMul(b, a); return merged;")]
    [InlineData("Assert.Equal(My.MatMul(b, a), x); return x;")]
    [InlineData("Tensor y = My.MatMul(My.MatMul(b, a), x); Assert.Equal(y, Layer.Forward(x)); return x;")]
    [InlineData("Assert.True(My.MatMul(Layer.Weight.ToTensor() + My.MatMul(b, a), x) == x); return x;")]
    [InlineData("Tensor gram = My.MatMul(a, My.Transpose(a)); return x + My.MatMul(b, My.MatMul(gram, My.MatMul(a, x)));")]
    [InlineData("return My.MatMul(b, b) * x;")]
    [InlineData("Tensor d = My.MatMul(b, a); d = x; return My.MatMul(d, x);")]
    [InlineData("return Op.Multiply(My.MatMul(b, a), x);")]
    [InlineData("Tensor d = My.MatMul(My.MatMul(b, a), My.MatMul(b, a)); return x + d;")]
    public Task IsSilent(string body) => Rule.Check(Class(body));

    [Theory]
    [InlineData("return My.MatMul(Missing(b, a), x);")]
    [InlineData("return My.MatMul(My.MatMul(b, a), );")]
    [InlineData("return My.MatMul(My.MatMul(b, a), x")]
    public Task IsSilentOnBrokenCode(string body) => Rule.CheckBroken(Class(body));

    [Theory]
    [InlineData("private Tensor? _delta; public Tensor Run(Tensor x) { _delta ??= My.MatMul(B, A); return {|ADT0101:My.MatMul(_delta, x)|}; }")]
    [InlineData("""
        private readonly Tensor _delta;
        public Cached(Linear layer) { Layer = layer; _delta = My.MatMul(B, A); }
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(_delta, x)|};
        """)]
    [InlineData("private Tensor Delta => My.MatMul(B, A); public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(Delta, x)|};")]
    [InlineData("private Tensor Delta => field ??= My.MatMul(B, A); public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(Delta, x)|};")]
    [InlineData("""
        private Tensor Delta { get; set; }
        private void Prepare() { Delta = My.MatMul(B, A); }
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(Delta, x)|};
        """)]
    [InlineData("""
        private readonly Dictionary<string, Tensor> _cache = new();
        public Tensor Run(Tensor x)
        {
            if (!_cache.TryGetValue("d", out Tensor d)) { d = My.MatMul(B, A); _cache["d"] = d; }
            return {|ADT0101:My.MatMul(d, x)|};
        }
        """)]
    [InlineData("""
        private readonly Dictionary<string, Tensor> _cache = new();
        private void Fill() => _cache.Add("d", My.MatMul(B, A));
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(_cache["d"], x)|};
        """)]
    [InlineData("""
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Tensor> _cache = new();
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(_cache.GetOrAdd("d", _ => My.MatMul(B, A)), x)|};
        """)]
    [InlineData("""
        private Lazy<Tensor> _delta;
        private void Prepare() => _delta = new Lazy<Tensor>(() => My.MatMul(B, A));
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(_delta.Value, x)|};
        """)]
    [InlineData("""
        private Tensor _first, _second;
        private void Prepare() { _first = My.MatMul(B, A); }
        private void Copy() { _second = _first * 2; }
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(_second, x)|};
        """)]
    [InlineData("""
        private Tensor Form() { return My.MatMul(B, A); }
        private Tensor Scaled() => Form() / 2;
        public Tensor Run(Tensor x) => {|ADT0101:My.MatMul(Scaled(), x)|};
        """)]
    [InlineData("""
        private record Holder(Tensor Delta);
        public Tensor Run(Tensor x) { Holder holder = new(My.MatMul(B, A)); return {|ADT0101:My.MatMul(holder.Delta, x)|}; }
        """)]
    [InlineData("""
        private void Form(out Tensor delta) { delta = My.MatMul(B, A); }
        public Tensor Run(Tensor x) { Form(out Tensor d); return {|ADT0101:My.MatMul(d, x)|}; }
        """)]
    public Task FollowsMembers(string members) => Rule.Check($$"""
        public partial class Cached
        {
            private Linear Layer = null!;

            private Tensor A => Layer.Factors!.A.Value;

            private Tensor B => Layer.Factors!.B.Value;

            {{members}}
        }
        """ + Helpers);

    [Theory]
    [InlineData("private Tensor _merged; public Tensor Run(Tensor x) { _merged ??= Layer.Weight.ToTensor() + My.MatMul(B, A); return My.MatMul(_merged, x); }")]
    [InlineData("private Tensor _other; public Tensor Run(Tensor x) { Tensor delta = My.MatMul(B, A); return My.MatMul(_other, x); }")]
    [InlineData("private Tensor A2 => A2; public Tensor Run(Tensor x) => My.MatMul(A2, x);")]
    [InlineData("private Tensor Form(int n) => n == 0 ? My.Transpose(x: null) : Form(n - 1); public Tensor Run(Tensor x) => My.MatMul(Form(3), x);")]
    [InlineData("public float[] Delta() { float[] d = new float[64]; My.Multiply(Layer.Factors!.SavedB(), Layer.Factors.SavedA(), d); return d; }")]
    [InlineData("public float Norm() => My.MatMul(B, A).ToArray().Max();")]
    public Task IsSilentAboutMembers(string members) => Rule.Check($$"""
        public partial class Cached
        {
            private Linear Layer = null!;

            private Tensor A => Layer.Factors!.A.Value;

            private Tensor B => Layer.Factors!.B.Value;

            {{members}}
        }
        """ + Helpers);

    [Theory]
    [InlineData("return {|ADT0101:x.matmul(lora_B.matmul(lora_A).T)|};")]
    [InlineData("return weight.matmul(x) + {|ADT0101:matmul(matmul(lora_B, lora_A), x)|};")]
    [InlineData("return functional.linear(x, weight) + {|ADT0101:functional.linear(x, lora_B.mm(lora_A) * 2.0)|};")]
    [InlineData("Tensor delta = lora_B.mm(lora_A).mul(0.5).detach().contiguous(); return {|ADT0101:x.mm(delta.t())|};")]
    [InlineData("return {|ADT0101:functional.linear(x, weight + lora_B.mm(lora_A))|};")]
    [InlineData("Tensor delta = zeros(8, 8); delta.add_(lora_B.mm(lora_A)); return {|ADT0101:x.mm(delta)|};")]
    [InlineData("""return {|ADT0101:einsum("oi,bi->bo", einsum("or,ri->oi", lora_B, lora_A), x)|};""")]
    [InlineData("return {|ADT0101:addmm(x, x, lora_B.mm(lora_A).t(), 1, 1)|};")]
    [InlineData("return {|ADT0101:(lora_B.mm(lora_A)).transpose(0, 1).matmul(x)|};")]
    public Task FiresOnTorchSharp(string body) => Rule.CheckTorch(Torch(body));

    [Theory]
    [InlineData("return x.mm(weight.t()) + x.mm(lora_A.t()).mm(lora_B.t());")]
    [InlineData("return functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B) * 2.0;")]
    [InlineData("weight.copy_(weight + lora_B.mm(lora_A)); return x.mm(weight.t());")]
    [InlineData("return functional.linear(x, weight, null) + lora_B.mm(lora_A).norm() * x;")]
    [InlineData("bool same = allclose(lora_B.mm(lora_A), weight); return x + x.mm(weight);")]
    [InlineData("bool fine = (x.mm(lora_B.mm(lora_A)) - x).abs().max().item<float>() < 1e-5; return x;")]
    [InlineData("return x.mm(other.mm(weight));")]
    public Task IsSilentOnTorchSharp(string body) => Rule.CheckTorch(Torch(body));

    [Theory]
    [InlineData("var a = new Parameter(randn(rank, 512)); var b = new Parameter(zeros(512, rank)); var y = {|ADT0101:b.mm(a).mm(x)|};")]
    [InlineData("var a = new Parameter(randn(8, 512) * 0.01); var b = new Parameter(zeros(256, 8)); var delta = b.mm(a); var y = {|ADT0101:x.mm(delta.t())|};")]
    [InlineData("""
        var down = nn.Parameter(randn(new long[] { 8, 512 }));
        var up = nn.Parameter(zeros(new long[] { 256, 8 }));
        var y = {|ADT0101:matmul(matmul(up, down), x)|};
        """)]
    public Task FiresOnKnownShapes(string statements) =>
        Rule.CheckTorch($"public static class Program {{ public static void Run(Tensor x, int rank) {{ {statements} }} }}");

    [Theory]
    [InlineData("var a = new Parameter(randn(hidden, 512)); var b = new Parameter(randn(512, hidden)); var y = b.mm(a).mm(x);")]
    [InlineData("var a = new Parameter(randn(1024, 512)); var b = new Parameter(zeros(512, 1024)); var y = b.mm(a).mm(x);")]
    [InlineData("var a = new Parameter(randn(512, 512)); var b = new Parameter(zeros(512, 512)); var y = b.mm(a).mm(x);")]
    public Task IsSilentOnOtherShapes(string statements) =>
        Rule.CheckTorch($"public static class Program {{ public static void Run(Tensor x, int hidden) {{ {statements} }} }}");

    [Fact]
    public Task FollowsLinearLayersThatAreFactors() => Rule.CheckTorch("""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Linear base_layer, lora_A, lora_B;

            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                base_layer = Linear(inFeatures, outFeatures);
                lora_A = Linear(inFeatures, rank, hasBias: false);
                lora_B = Linear(rank, outFeatures, hasBias: false);
            }

            public override Tensor forward(Tensor x)
            {
                Tensor right = base_layer.forward(x) + lora_B.forward(lora_A.forward(x));
                return base_layer.forward(x) + {|ADT0101:functional.linear(x, lora_B.weight.mm(lora_A.weight))|};
            }
        }
        """);

    [Fact]
    public Task IsSilentAboutStateSpaces() => Rule.CheckTorch("""
        public class StateSpace : Module<Tensor, Tensor>
        {
            private readonly Parameter A, B;

            public StateSpace(int n, int m) : base("state")
            {
                A = new Parameter(randn(n, n));
                B = new Parameter(randn(n, m));
            }

            public override Tensor forward(Tensor u) => A.mm(B).mm(u);
        }
        """);

    [Fact]
    public Task ChecksNothingWithoutTheLibraries() => Rule.CheckAlone("""
        public class Tensor { public Tensor MatMul(Tensor other) => other; }
        public class Lora { private Tensor lora_A = new(), lora_B = new(); public Tensor Forward(Tensor x) => lora_B.MatMul(lora_A).MatMul(x); }
        """);

    [Fact]
    public Task APragmaSilencesIt() => Rule.Check(Class("""
        #pragma warning disable ADT0101
                return My.MatMul(My.MatMul(b, a), x);
        #pragma warning restore ADT0101
        """));

    private static string Class(string body) => $$"""
        public class User(Projection layer)
        {
            public Projection Layer { get; } = layer;

            public IReadOnlyList<Projection> Layers { get; } = [];

            public Tensor Run(Tensor x, float s)
            {
                Tensor a = Layer.Factors!.A.Value, b = Layer.Factors.B.Value;
                {{body}}
            }
        }
        """ + Helpers;

    private static string Torch(string body) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B;
            private readonly Tensor other;

            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);
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
