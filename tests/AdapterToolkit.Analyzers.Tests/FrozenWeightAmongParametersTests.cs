using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0102: all parameters of a module, given to an optimizer where nothing freezes the weight among them.</summary>
public sealed class FrozenWeightAmongParametersTests
{
    [Theory]
    [InlineData("var o = torch.optim.AdamW({|ADT0102:layer.parameters()|}, lr: 1e-3);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var o = torch.optim.AdamW({|ADT0102:net.parameters()|}, lr: 1e-3);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var ps = {|ADT0102:net.parameters()|}; var o = torch.optim.SGD(ps, 0.1);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var o = torch.optim.AdamW({|ADT0102:net.named_parameters()|}, lr: 1e-3);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var o = torch.optim.AdamW({|ADT0102:wrapped.parameters()|}, lr: 1e-3);", ", requires_grad: false", "", "", "")]
    public Task Fires(string statements, string flag, string weight, string wrapped, string members) =>
        Rule.CheckTorch(Program(statements, flag, weight, wrapped, members));

    [Theory]
    [InlineData("var o = torch.optim.AdamW(wrapped.parameters(), lr: 1e-3);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);", ", false", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);", "", "weight.requires_grad = false;", "_base.weight.requires_grad = false;", "")]
    [InlineData("""
        layer.weight.requires_grad = false;
        var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);
        """, "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("""
        foreach (var p in net.parameters()) p.requires_grad = false;
        var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);
        """, "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("""
        foreach (var (n, p) in net.named_parameters()) p.requires_grad = n.Contains("lora");
        var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);
        """, "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("""
        Freeze(net);
        var o = torch.optim.AdamW(layer.parameters(), lr: 1e-3);
        """, "", "", "", "static void Freeze(Module m) { foreach (var p in m.parameters()) p.requires_grad_(false); }")]
    [InlineData(
        """var o = torch.optim.AdamW(net.named_parameters().Where(p => p.name.Contains("lora_")).Select(p => p.parameter), 1e-3);""",
        "",
        "",
        "_base.weight.requires_grad = false;",
        "")]
    [InlineData("var o = torch.optim.AdamW(net.parameters().Where(p => p.requires_grad));", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("""
        var o = torch.optim.AdamW(other.parameters());
        var q = torch.optim.AdamW(net.head.parameters());
        """, "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("var n = net.parameters().Sum(p => p.numel()); Console.WriteLine(n);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0);", "", "", "_base.weight.requires_grad = false;", "")]
    [InlineData("foreach (var p in net.parameters()) Console.WriteLine(p.grad);", "", "", "_base.weight.requires_grad = false;", "")]
    public Task IsSilent(string statements, string flag, string weight, string wrapped, string members) =>
        Rule.CheckTorch(Program(statements, flag, weight, wrapped, members));

    /// <param name="statements">What is done with the modules.</param>
    /// <param name="flag">A further argument where the weight is made.</param>
    /// <param name="weight">What becomes of the weight behind that.</param>
    /// <param name="wrapped">What becomes of the weight of a layer that another one wraps.</param>
    /// <param name="members">Further members.</param>
    private static string Program(string statements, string flag, string weight, string wrapped, string members) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            public readonly Parameter weight, lora_A, lora_B;
            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                weight = new Parameter(randn(outFeatures, inFeatures){{flag}});
                lora_A = new Parameter(randn(rank, inFeatures));
                lora_B = new Parameter(zeros(outFeatures, rank));
                {{weight}}
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);
        }
        public class Wrapped : Module<Tensor, Tensor>
        {
            private readonly Linear _base, lora_A, lora_B;
            public Wrapped(Linear layer, long rank) : base("w")
            {
                _base = layer; lora_A = Linear(8, rank, hasBias: false); lora_B = Linear(rank, 8, hasBias: false);
                {{wrapped}}
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => _base.forward(x) + lora_B.forward(lora_A.forward(x));
        }
        public class Net : Module<Tensor, Tensor>
        {
            public readonly Lora first; public readonly Linear head; public readonly ModuleList<Lora> rest;
            public Net() : base("net")
            {
                first = new Lora(64, 64, 8);
                head = Linear(64, 10);
                rest = ModuleList<Lora>(new Lora(64, 64, 8));
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => head.forward(first.forward(x));
        }
        public class Program
        {
            public static void Run(Lora layer, Net net, Wrapped wrapped, Linear other)
            {
                {{statements}}
            }
            {{members}}
        }
        """;
}
