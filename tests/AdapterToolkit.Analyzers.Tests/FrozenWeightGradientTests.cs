using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0102: gradients that are asked for, and parameters that are made.</summary>
public sealed class FrozenWeightGradientTests
{
    [Theory]
    [InlineData("{|ADT0102:wrapped.Base.weight.requires_grad = true|};")]
    [InlineData("foreach (var (name, p) in net.named_parameters()) {|ADT0102:p.requires_grad = true|};")]
    [InlineData("foreach (var p in net.parameters()) {|ADT0102:p.requires_grad_(true)|};")]
    [InlineData("foreach (var p in net.parameters()) {|ADT0102:p.requires_grad = true|};")]
    [InlineData("var m = {|ADT0102:new Parameter(layer.weight.detach().clone())|};")]
    [InlineData("var p = {|ADT0102:layer.weight.detach().requires_grad_()|};")]
    public Task Fires(string statements) => Rule.CheckTorch(Program(statements));

    [Theory]
    [InlineData("foreach (var (name, p) in net.named_parameters()) p.requires_grad = name.Contains(\"lora\");")]
    [InlineData("foreach (var (name, p) in net.named_parameters()) { if (name.Contains(\"lora\")) p.requires_grad = true; else p.requires_grad = false; }")]
    [InlineData("foreach (var (name, p) in net.named_parameters()) { if (!name.Contains(\"lora\")) continue; p.requires_grad = true; }")]
    [InlineData("foreach (var p in net.parameters()) p.requires_grad = false; layer.lora_A.requires_grad = true;")]
    [InlineData("foreach (var p in net.parameters()) p.requires_grad = true; layer.weight.requires_grad = false;")]
    [InlineData("foreach (var p in other.parameters()) p.requires_grad = true;")]
    [InlineData("foreach (var p in net.head.parameters()) p.requires_grad = true;")]
    [InlineData("layer.weight.requires_grad = flag;")]
    [InlineData("layer.weight.requires_grad_(flag);")]
    [InlineData("layer.weight.requires_grad = epoch >= 5;")]
    [InlineData("net.train(); net.eval();")]
    [InlineData("Assert.Null(layer.weight.grad);")]
    [InlineData("Assert.True(layer.weight.grad is null);")]
    [InlineData("Assert.False(layer.weight.requires_grad);")]
    [InlineData("Assert.Equal(null, layer.weight.grad);")]
    [InlineData("var g = layer.weight.grad; Assert.Null(g);")]
    [InlineData("if (layer.weight.grad is not null) throw new InvalidOperationException(\"frozen weight has a gradient\");")]
    [InlineData("if (layer.weight.grad is { } g) Console.WriteLine(g.norm());")]
    [InlineData("foreach (var (name, p) in net.named_parameters()) { if (p.requires_grad) Console.WriteLine(p.grad?.norm()); else Assert.Null(p.grad); }")]
    [InlineData("var t = layer.weight.detach().clone(); t.requires_grad = true;")]
    [InlineData("var copy = layer.weight.clone(); copy.requires_grad = true;")]
    [InlineData("var frozen = new Parameter(layer.weight.detach(), requires_grad: false);")]
    [InlineData("var frozen = new Parameter(layer.weight.detach(), false);")]
    [InlineData("var frozen = nn.Parameter(layer.weight.clone(), requires_grad: false);")]
    [InlineData("var frozen = new Parameter(layer.weight.clone()) { requires_grad = false };")]
    [InlineData("var frozen = new Parameter(layer.weight.clone()); frozen.requires_grad = false;")]
    [InlineData("var frozen = new Parameter(layer.weight.clone()); frozen.requires_grad_(false);")]
    [InlineData("var dict = new Dictionary<string, Parameter> { [\"a\"] = layer.lora_A, [\"w\"] = layer.weight }; Console.WriteLine(dict.Count);")]
    [InlineData("var total = layer.weight.numel() + layer.lora_A.numel(); Console.WriteLine(total);")]
    [InlineData("torch.nn.utils.clip_grad_norm_(new[] { layer.lora_A, layer.lora_B }, 1.0);")]
    [InlineData("layer.merge();")]
    [InlineData("using (torch.no_grad()) { layer.weight.copy_(x); }")]
    public Task IsSilent(string statements) => Rule.CheckTorch(Program(statements));

    private static string Program(string statements) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            public readonly Parameter weight, lora_A, lora_B;
            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);
                lora_A = new Parameter(randn(rank, inFeatures));
                lora_B = new Parameter(zeros(outFeatures, rank));
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);
            public void merge() { using (no_grad()) weight.add_(matmul(lora_B, lora_A)); }
        }
        public class LoraLinear : Module<Tensor, Tensor>
        {
            private readonly Linear _base; private readonly Linear _down, _up; private readonly double _scale;
            public Linear Base => _base;
            public LoraLinear(Linear layer, long rank, double alpha = 16) : base(nameof(LoraLinear))
            {
                _base = layer;
                _base.weight.requires_grad = false;
                if (_base.bias is not null) _base.bias.requires_grad_(false);
                _down = Linear(layer.weight.shape[1], rank, hasBias: false);
                _up = Linear(rank, layer.weight.shape[0], hasBias: false);
                init.zeros_(_up.weight); init.kaiming_uniform_(_down.weight, Math.Sqrt(5));
                _scale = alpha / rank;
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => _base.forward(x) + _up.forward(_down.forward(x)) * _scale;
            public IEnumerable<Parameter> LoraParameters() { foreach (var p in _down.parameters()) yield return p; foreach (var p in _up.parameters()) yield return p; }
        }
        public class Net : Module<Tensor, Tensor>
        {
            public readonly Lora first, second; public readonly Linear head;
            public Net() : base("net") { first = new Lora(64, 64, 8); second = new Lora(64, 64, 8); head = Linear(64, 10); RegisterComponents(); }
            public override Tensor forward(Tensor x) => head.forward(second.forward(first.forward(x)));
        }
        public static class Assert { public static void Null(object? o) {} public static void True(bool b) {} public static void False(bool b) {} public static void Equal(object? a, object? b) {} public static void NotNull(object? o) {} }
        public class Program
        {
            private static void Run(Lora layer, IReadOnlyList<Lora> layers, LoraLinear wrapped, Net net, Linear other, Tensor x, Tensor y, bool flag, Optimizer given, int epoch)
            {
                {{statements}}
            }
            private static void Thaw(Parameter parameter) => parameter.requires_grad = true;
            private static IEnumerable<Parameter> Trainable(Module m) => m.parameters().Where(p => p.requires_grad);
            private static IEnumerable<Parameter> Both(Lora l) { yield return l.lora_A; yield return l.lora_B; }
            private static IEnumerable<Parameter> All(Lora l) { yield return l.lora_A; yield return l.weight; }
            private static Parameter[] AllOf(Lora l) => [l.lora_A, l.lora_B, l.weight];
        }
        public class Optimizer { }
        """;
}
