using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

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
    public Task Fires(string statements) => Rule.CheckTorch(TorchSource.Program(statements));

    [Theory]
    [InlineData("""foreach (var (name, p) in net.named_parameters()) p.requires_grad = name.Contains("lora");""")]
    [InlineData("""foreach (var (name, p) in net.named_parameters()) { if (name.Contains("lora")) p.requires_grad = true; else p.requires_grad = false; }""")]
    [InlineData("""foreach (var (name, p) in net.named_parameters()) { if (!name.Contains("lora")) continue; p.requires_grad = true; }""")]
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
    [InlineData("""if (layer.weight.grad is not null) throw new InvalidOperationException("frozen weight has a gradient");""")]
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
    [InlineData("""var dict = new Dictionary<string, Parameter> { ["a"] = layer.lora_A, ["w"] = layer.weight }; Console.WriteLine(dict.Count);""")]
    [InlineData("var total = layer.weight.numel() + layer.lora_A.numel(); Console.WriteLine(total);")]
    [InlineData("torch.nn.utils.clip_grad_norm_(new[] { layer.lora_A, layer.lora_B }, 1.0);")]
    [InlineData("layer.merge();")]
    [InlineData("using (torch.no_grad()) { layer.weight.copy_(x); }")]
    public Task IsSilent(string statements) => Rule.CheckTorch(TorchSource.Program(statements));
}
