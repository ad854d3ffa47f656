using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Factors that are told by their shapes and by what their class does with them, whatever they are called, and layers that only look alike.</summary>
public sealed class FactorStructureTests
{
    private const string Frozen = "w = new Parameter(randn(o, i), requires_grad: false);";
    private const string Trained = "w = new Parameter(randn(o, i));";

    [Theory]
    [InlineData(Frozen, "p = new Parameter(randn(r, i)); q = new Parameter(zeros(o, r));")]
    [InlineData(Frozen, "p = new Parameter(randn(r, i)); q = new Parameter(randn(o, r));")]
    [InlineData(Trained, "p = new Parameter(randn(r, i)); q = new Parameter(zeros(o, r));")]
    [InlineData(Trained, "p = new Parameter(empty(r, i)); q = new Parameter(empty(o, r)); init.kaiming_uniform_(p, 2); init.zeros_(q);")]
    [InlineData("w = new Parameter(randn(o, i)); w.requires_grad = false;", "p = new Parameter(randn(8, 512)); q = new Parameter(randn(256, 8));")]
    [InlineData(Trained, "p = new Parameter(randn(8, 512)); q = new Parameter(zeros(256, 8));")]
    public Task FindsThemByWhereTheyStartOrWhatIsFrozen(string weight, string factors) =>
        Rule.CheckTorch(Layer(weight, factors, "functional.linear(x, w) + {|ADT0101:functional.linear(x, q.mm(p))|}", ""));

    [Theory]
    [InlineData(Trained, "p = new Parameter(randn(r, i)); q = new Parameter(randn(o, r));")]
    [InlineData(Trained, "p = new Parameter(randn(1024, 512)); q = new Parameter(zeros(256, 1024));")]
    [InlineData(Frozen, "p = new Parameter(randn(r, i)); q = new Parameter(zeros(o, i));")]
    [InlineData(Trained, "p = new Parameter(randn(i, i)); q = new Parameter(zeros(i, i));")]
    public Task IsSilentAboutOtherMatrices(string weight, string factors) =>
        Rule.CheckTorch(Layer(weight, factors, "functional.linear(x, w) + functional.linear(x, q.mm(p))", ""));

    [Fact]
    public Task FindsThemByTheTermThatTheyAddTo() => Rule.CheckTorch(Layer(Trained, "p = new Parameter(randn(r, i)); q = new Parameter(randn(o, r));",
        "functional.linear(x, w) + functional.linear(functional.linear(x, p), q) * 2.0",
        "public Tensor Slow(Tensor x) => {|ADT0101:functional.linear(x, q.mm(p))|};"));

    [Fact]
    public Task IsSilentWhereAnActivationStandsBetween() => Rule.CheckTorch(Layer(Trained, "p = new Parameter(randn(r, i)); q = new Parameter(randn(o, r));",
        "functional.linear(x, w) + functional.linear(functional.silu(functional.linear(x, p)), q)",
        "public Tensor Slow(Tensor x) => functional.linear(x, q.mm(p));"));

    [Theory]
    [InlineData("base_.forward(x) + second.forward(first.forward(x))", "{|ADT0102:net.parameters()|}")]
    [InlineData("base_.forward(x) + second.forward(functional.silu(first.forward(x)))", "net.parameters()")]
    [InlineData("base_.forward(second.forward(first.forward(x)))", "net.parameters()")]
    public Task TellsTheWeightByTheTermThatIsAddedToIt(string returned, string parameters) => Rule.CheckTorch($$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear base_, first, second;
            public Net(int r) : base("net")
            {
                base_ = Linear(512, 512);
                first = Linear(512, r, hasBias: false);
                second = Linear(r, 512, hasBias: false);
                init.zeros_(second.weight);
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => {{returned}};
        }
        public static class Program { public static void Run(Net net) { var optimizer = torch.optim.AdamW({{parameters}}); } }
        """);

    [Theory]
    [InlineData("fc2.forward(functional.relu(fc1.forward(x)))", 2048)]
    [InlineData("x + fc2.forward(functional.gelu(fc1.forward(x)))", 2048)]
    [InlineData("fc2.forward(fc1.forward(x))", 32)]
    [InlineData("fc2.forward(functional.silu(fc1.forward(x)))", 32)]
    public Task IsSilentAboutPerceptronsAndAutoencoders(string returned, int hidden) => Rule.CheckTorch($$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc1, fc2;
            public Net() : base("net") { fc1 = Linear(784, {{hidden}}); fc2 = Linear({{hidden}}, 784); init.zeros_(fc2.weight); RegisterComponents(); }
            public override Tensor forward(Tensor x) => {{returned}};
        }
        public static class Program
        {
            public static void Run(Net net)
            {
                foreach (var p in net.parameters()) p.requires_grad = true;
                var optimizer = torch.optim.AdamW(net.parameters());
            }
        }
        """);

    [Theory]
    [InlineData("init.zeros_(second.weight);", true)]
    [InlineData("init.zeros_(second.bias);", false)]
    [InlineData("init.zeros_(second.weight.grad!);", false)]
    public Task ABiasIsNotWhereALayerStarts(string start, bool isPair) => Rule.CheckTorch($$"""
        public class Net : Module<Tensor, Tensor>
        {
            private readonly Linear first, second;
            public Net(int r) : base("net") { first = Linear(512, r); second = Linear(r, 512); {{start}} RegisterComponents(); }
            public override Tensor forward(Tensor x) =>
                {{(isPair ? "{|ADT0101:" : "")}}functional.linear(x, second.weight.mm(first.weight)){{(isPair ? "|}" : "")}};
        }
        """);

    [Theory]
    [InlineData("for (int k = 0; k < l.Columns; k++) y.Span[i * r.Columns + j] += l.Span[i * l.Columns + k] * r.Span[k * r.Columns + j];", true)]
    [InlineData("""
        for (int k = 0; k < l.Columns; k++)
            y.Span[i * r.Columns + j] = y.Span[i * r.Columns + j] + r.Span[k * r.Columns + j] * l.Span[i * l.Columns + k];
        """, true)]
    [InlineData("""
        float s = 0; for (int k = 0; k < l.Columns; k++)
            s = MathF.FusedMultiplyAdd(l.Span[i * l.Columns + k], r.Span[k * r.Columns + j], s); y.Span[i * r.Columns + j] = s;
        """, true)]
    [InlineData("""
        ReadOnlySpan<float> row = l.Span.Slice(i * l.Columns, l.Columns); for (int k = 0; k < row.Length; k++)
            y.Span[i * r.Columns + j] += row[k] * r.Span[k * r.Columns + j];
        """, true)]
    [InlineData("y.Span[i * r.Columns + j] = Enumerable.Range(0, l.Columns).Sum(k => l.Span[i * l.Columns + k] * r.Span[k * r.Columns + j]);", true)]
    [InlineData("y.Span[i * r.Columns + j] += l.Span[i * l.Columns + j] * r.Span[i * r.Columns + j];", false)]
    [InlineData("""
        float s = 0; for (int k = 0; k < l.Columns; k++)
            s += l.Span[i * l.Columns + k] * l.Span[k * l.Columns + j]; y.Span[i * r.Columns + j] = s + r.Span[0];
        """, false)]
    [InlineData("y.Span[i * r.Columns + j] = l.Span[i * l.Columns + j] + r.Span[i * r.Columns + j];", false)]
    public Task TellsProductsByTheirLoops(string statements, bool multiplies) => Rule.Check($$"""
        public static class User
        {
            private static Tensor Combine(Tensor l, Tensor r)
            {
                Tensor y = Tensor.Zeros(l.Device, new Shape(l.Rows, r.Columns));
                for (int i = 0; i < l.Rows; i++) for (int j = 0; j < r.Columns; j++) { {{statements}} }
                return y;
            }
            public static Tensor Run(LowRankFactors factors, Tensor x) =>
                {{(multiplies ? "{|ADT0101:" : "")}}Combine(Combine(factors.B.Value, factors.A.Value), x){{(multiplies ? "|}" : "")}};
            private static Tensor MatMul(Tensor l, Tensor r) => l;
            public static Tensor NamedSo(LowRankFactors factors, Tensor x) => MatMul(MatMul(factors.B.Value, factors.A.Value), x);
        }
        """);

    private static string Layer(string weight, string factors, string returned, string members) => $$"""
        public class Layer : Module<Tensor, Tensor>
        {
            private readonly Parameter w, p, q;
            public Layer(int i, int o, int r) : base("layer") { {{weight}} {{factors}} RegisterComponents(); }
            public override Tensor forward(Tensor x) => {{returned}};
            {{members}}
        }
        """;
}
