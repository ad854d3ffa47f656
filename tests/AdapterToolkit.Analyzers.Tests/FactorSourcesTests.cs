using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101 and ADT0109: where factors come from, and what looks like factors and is none.</summary>
public sealed class FactorSourcesTests
{
    [Theory]
    [InlineData("Dictionary<string, Parameter> lora_A = [], lora_B = [];", """lora_B["q"].mm(lora_A["q"])""")]
    [InlineData("ModuleDict<Linear> lora_A = new(), lora_B = new();", """lora_B["q"].weight.mm(lora_A["q"].weight)""")]
    [InlineData("ModuleList<Linear> lora_A = new(), lora_B = new();", "lora_B[0].weight.mm(lora_A[0].weight)")]
    [InlineData("ParameterDict lora_A = new(), lora_B = new();", """lora_B["q"].mm(lora_A["q"])""")]
    [InlineData("Parameter[] lora_A = [], lora_B = [];", "lora_B[0].mm(lora_A[0])")]
    [InlineData("List<Weights> pairs = []; public record Weights(Tensor LoraA, Tensor LoraB);", "pairs[0].LoraB.mm(pairs[0].LoraA)")]
    [InlineData("IWeights pair = null!; public interface IWeights { Tensor Lora_A { get; } Tensor Lora_B { get; } }", "pair.Lora_B.mm(pair.Lora_A)")]
    public Task FindsThemInCollections(string members, string product) => Rule.CheckTorch($$"""
        public class Adapters
        {
            private readonly {{members}}
            public Tensor Slow(Tensor x, Tensor w) => functional.linear(x, w) + {|ADT0101:functional.linear(x, {{product}})|};
            public Tensor Merged(Tensor w) => w + {{product}};
        }
        """);

    [Theory]
    [InlineData("""Tensor loraA = state["q.lora_A"], loraB = state["q.lora_B"]; return {|ADT0101:x.mm(loraB.mm(loraA).t())|};""")]
    [InlineData("""
        Tensor loraA = state["q.lora_A"], loraB = state["q.lora_B"];
        state["q"] = state["q"] + loraB.mm(loraA) * 2;
        return x.mm(state["q"]);
        """)]
    [InlineData("""var loraA = functional.linear(x, state["a"]); var loraB = functional.linear(loraA, state["b"]); return loraB.mm(loraB.t()).mm(x);""")]
    public Task FindsThemInLocals(string body) => Rule.CheckTorch($$"""
        public static class Checkpoint { public static Tensor Run(Dictionary<string, Tensor> state, Tensor x) { {{body}} } }
        """);

    [Theory]
    [InlineData("Tensor Run(Tensor x, Tensor loraA, Tensor loraB) => {|ADT0101:x.mm(loraB.mm(loraA).t())|};")]
    [InlineData("Tensor LoraForward(Tensor x, Tensor a, Tensor b) => x.mm(b.mm(a).t());")]
    [InlineData("Tensor Run(Tensor x, Tensor loraA, Tensor loraB) => x.mm(loraA.t()).mm(loraB.t());")]
    [InlineData("Tensor Delta(Tensor loraA, Tensor loraB) => loraB.mm(loraA);")]
    [InlineData("Tensor Solve(Tensor x, Tensor a, Tensor b) => b.mm(a).mm(x);")]
    public Task FindsThemInParameters(string method) => Rule.CheckTorch($"public static class Math2 {{ public static {method} }}");

    [Fact]
    public Task FindsThemInAPrimaryConstructor() => Rule.CheckTorch("""
        public class Lora(Parameter weight, Parameter lora_A, Parameter lora_B) : Module<Tensor, Tensor>("lora")
        {
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:x.mm(lora_B.mm(lora_A).t())|};
        }
        """);

    [Theory]
    [InlineData("Linear A, B;", "A = Linear(n, rank, hasBias: false); B = Linear(rank, n);", "B.forward(A.forward(x))")]
    [InlineData("Linear down, up;", "down = Linear(784, 32); up = Linear(32, 784);", "up.forward(down.forward(x))")]
    [InlineData("Linear up_proj, down_proj;", "up_proj = Linear(n, 4 * n); down_proj = Linear(4 * n, n);", "down_proj.forward(up_proj.forward(x))")]
    [InlineData("Linear q_a, q_b, o_proj;", "q_a = Linear(n, rank); q_b = Linear(rank, n); o_proj = Linear(n, n);", "q_b.forward(q_a.forward(x))")]
    [InlineData(
        "Parameter w1_a, w1_b, w2_a, w2_b;",
        """
        w1_a = new Parameter(randn(rank, n));
        w1_b = new Parameter(zeros(n, rank));
        w2_a = new Parameter(randn(rank, n));
        w2_b = new Parameter(zeros(n, rank));
        """,
        "x.mm((w1_b.mm(w1_a) * w2_b.mm(w2_a)).t())")]
    [InlineData(
        """
        Parameter lora_A, lora_B;
        private Tensor mask;
        """,
        """
        mask = ones(n, n);
        lora_A = new Parameter(randn(rank, n));
        lora_B = new Parameter(zeros(n, rank));
        """,
        "x.mm((lora_B.mm(lora_A) * mask).t())")]
    [InlineData(
        "Parameter lora_A, lora_B;",
        """
        lora_A = new Parameter(randn(rank, n));
        lora_B = new Parameter(zeros(n, rank));
        """,
        "x + lora_A.T[x].mm(lora_B.T).mm(x)")]
    public Task IsSilentAboutOtherLayers(string members, string made, string returned) => Rule.CheckTorch($$"""
        public class Layer : Module<Tensor, Tensor>
        {
            private readonly {{members}}
            public Layer(int n, int rank) : base("layer") { {{made}} }
            public override Tensor forward(Tensor x) => {{returned}};
        }
        """);

    [Theory]
    [InlineData("lora_B.mm(diag(scale)).mm(lora_A)")]
    [InlineData("lora_B.mm(middle).mm(lora_A)")]
    [InlineData("cat(new[] { lora_B.mm(lora_A), lora_B.mm(lora_A) }, 0)")]
    [InlineData("lora_B.mm(lora_A).narrow(0, 0, 4).to_type(ScalarType.Float16)")]
    [InlineData("lora_B.mm(lora_A)[TensorIndex.Slice(0, 4)]")]
    [InlineData("dropout.forward(lora_B.mm(lora_A))")]
    [InlineData("linalg.multi_dot(new[] { lora_B, lora_A })")]
    [InlineData("tensordot(lora_B, lora_A, new long[] { 1 }, new long[] { 0 })")]
    public Task FollowsThemThroughTorchSharp(string product) => Rule.CheckTorch(Torch($"functional.linear(x, weight) + {{|ADT0101:x.mm(({product}).t())|}}"));

    [Theory]
    [InlineData("linalg.multi_dot(new[] { x, lora_A.t(), lora_B.t() }) + x")]
    [InlineData("x + lora_B.mm(lora_A).flatten().dot(scale)")]
    [InlineData("""x + einsum("or,ri,bi->bo", lora_B, lora_A, x)""")]
    public Task IsSilentAboutOtherProducts(string returned) => Rule.CheckTorch(Torch(returned));

    private static string Torch(string returned) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight, lora_A, lora_B, middle, scale;
            private readonly Module<Tensor, Tensor> dropout = Dropout(0.1);

            public Lora(int n, int rank) : base("lora")
            {
                weight = new Parameter(randn(n, n), requires_grad: false);
                lora_A = new Parameter(randn(rank, n));
                lora_B = new Parameter(zeros(n, rank));
                middle = new Parameter(randn(rank, rank));
                scale = new Parameter(ones(rank));
            }

            public override Tensor forward(Tensor x) => {{returned}};
        }
        """;
}
