using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0102: what optimizers of TorchSharp are given.</summary>
public sealed class FrozenWeightInOptimizerTests
{
    [Theory]
    [InlineData("var o = {|ADT0102:torch.optim.AdamW(All(layer), lr: 1e-3)|};")]
    [InlineData("var o = {|ADT0102:torch.optim.AdamW(AllOf(layer), lr: 1e-3)|};")]
    [InlineData("var o = torch.optim.SGD(new[] { layer.lora_A, layer.lora_B, {|ADT0102:layer.weight|} }, learningRate: 0.1);")]
    [InlineData("var o = torch.optim.Adam(parameters: [layer.lora_A, {|ADT0102:layer.weight|}], lr: 1e-3);")]
    [InlineData("var o = torch.optim.RMSProp(new List<Parameter> { layer.lora_A, layer.lora_B, {|ADT0102:layer.weight|} });")]
    [InlineData("var o = torch.optim.Adagrad(layers.SelectMany(l => new[] { l.lora_A, l.lora_B, {|ADT0102:l.weight|} }));")]
    [InlineData("var o = torch.optim.AdamW(layers.SelectMany(l => new[] { l.lora_A, l.lora_B }).Concat(layers.Select(l => {|ADT0102:l.weight|})));")]
    [InlineData("var o = torch.optim.AdamW(new[] { new AdamW.ParamGroup(new[] { layer.lora_A, {|ADT0102:layer.weight|} }, new AdamW.Options { LearningRate = 1e-3 }) });")]
    [InlineData("var o = torch.optim.AdamW(new[] { new AdamW.ParamGroup { Parameters = new[] { layer.lora_A, {|ADT0102:layer.weight|} } } });")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B }); o.add_param_group(new AdamW.ParamGroup(new[] { {|ADT0102:layer.weight|} }));")]
    [InlineData("var o = new AdamW(new[] { layer.lora_A, {|ADT0102:layer.weight|} }, lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(new[] { {|ADT0102:wrapped.Base.weight|} });")]
    [InlineData("var list = new List<Parameter>(); list.AddRange(Both(layer)); list.Add({|ADT0102:layer.weight|}); var o = torch.optim.AdamW(list);")]
    [InlineData("var list = new List<Parameter>(); list.AddRange(new[] { layer.lora_A, {|ADT0102:layer.weight|} }); var o = torch.optim.AdamW(list);")]
    [InlineData("var dict = new Dictionary<string, Parameter> { [\"a\"] = layer.lora_A, [\"w\"] = {|ADT0102:layer.weight|} }; var o = torch.optim.AdamW(dict.Values);")]
    [InlineData("var o = torch.optim.AdamW(new (string, Parameter)[] { (\"a\", layer.lora_A), (\"w\", {|ADT0102:layer.weight|}) });")]
    public Task Fires(string statements) => Rule.CheckTorch(Program(statements));

    [Theory]
    [InlineData("var o = torch.optim.AdamW(net.parameters(), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(net.parameters().Where(p => p.requires_grad), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(Trainable(net), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(Both(layer), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(net.named_parameters().Where(p => p.name.Contains(\"lora\")).Select(p => p.parameter), 1e-4);")]
    [InlineData("var o = torch.optim.AdamW(new AdamW.ParamGroup[] { new() { Parameters = new[] { layer.lora_A, layer.lora_B } } });")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B }); o.add_param_group(new AdamW.ParamGroup(new[] { other.weight }));")]
    [InlineData("var o = torch.optim.AdamW(wrapped.LoraParameters());")]
    [InlineData("var o = torch.optim.AdamW(wrapped.parameters());")]
    [InlineData("var frozen = new Parameter(layer.weight.clone()); var o = torch.optim.AdamW(layer.parameters()); frozen.requires_grad   =   false;")]
    [InlineData("var o = torch.optim.AdamW(other.parameters());")]
    [InlineData("var list = new List<Parameter> { layer.lora_A, layer.weight }; list.Remove(layer.weight); var o = torch.optim.AdamW(list);")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B, layer.weight }.Where(p => p.requires_grad));")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B }.Except(new[] { layer.weight }));")]
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
