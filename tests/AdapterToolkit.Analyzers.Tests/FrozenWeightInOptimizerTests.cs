using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

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
    [InlineData("""
        AdamW.ParamGroup group = new(new[] { layer.lora_A, {|ADT0102:layer.weight|} }, new AdamW.Options { LearningRate = 1e-3 });
        var o = torch.optim.AdamW(new[] { group });
        """)]
    [InlineData("var o = torch.optim.AdamW(new[] { new AdamW.ParamGroup { Parameters = new[] { layer.lora_A, {|ADT0102:layer.weight|} } } });")]
    [InlineData("""
        var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });
        o.add_param_group(new AdamW.ParamGroup(new[] { {|ADT0102:layer.weight|} }));
        """)]
    [InlineData("var o = new AdamW(new[] { layer.lora_A, {|ADT0102:layer.weight|} }, lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(new[] { {|ADT0102:wrapped.Base.weight|} });")]
    [InlineData("var list = new List<Parameter>(); list.AddRange(Both(layer)); list.Add({|ADT0102:layer.weight|}); var o = torch.optim.AdamW(list);")]
    [InlineData("var list = new List<Parameter>(); list.AddRange(new[] { layer.lora_A, {|ADT0102:layer.weight|} }); var o = torch.optim.AdamW(list);")]
    [InlineData("""
        var dict = new Dictionary<string, Parameter> { ["a"] = layer.lora_A, ["w"] = {|ADT0102:layer.weight|} };
        var o = torch.optim.AdamW(dict.Values);
        """)]
    [InlineData("""var o = torch.optim.AdamW(new (string, Parameter)[] { ("a", layer.lora_A), ("w", {|ADT0102:layer.weight|}) });""")]
    [InlineData("Parameter[] all = [{|ADT0102:layer.weight|}, layer.lora_A]; var o = torch.optim.AdamW(all.Reverse());")]
    [InlineData("Parameter[] all = [{|ADT0102:layer.weight|}, layer.lora_A]; var o = torch.optim.AdamW(all[..]);")]
    [InlineData("Parameter[] all = [layer.lora_A, layer.weight]; var o = torch.optim.AdamW([all[0], {|ADT0102:all[1]|}]);")]
    public Task Fires(string statements) => Rule.CheckTorch(TorchSource.Program(statements));

    [Theory]
    [InlineData("var o = torch.optim.AdamW(net.parameters(), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(net.parameters().Where(p => p.requires_grad), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(Trainable(net), lr: 1e-3);")]
    [InlineData("var o = torch.optim.AdamW(Both(layer), lr: 1e-3);")]
    [InlineData("""var o = torch.optim.AdamW(net.named_parameters().Where(p => p.name.Contains("lora")).Select(p => p.parameter), 1e-4);""")]
    [InlineData("var o = torch.optim.AdamW(new AdamW.ParamGroup[] { new() { Parameters = new[] { layer.lora_A, layer.lora_B } } });")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B }); o.add_param_group(new AdamW.ParamGroup(new[] { other.weight }));")]
    [InlineData("var o = torch.optim.AdamW(wrapped.LoraParameters());")]
    [InlineData("var o = torch.optim.AdamW(wrapped.parameters());")]
    [InlineData("var frozen = new Parameter(layer.weight.clone()); var o = torch.optim.AdamW(layer.parameters()); frozen.requires_grad   =   false;")]
    [InlineData("var o = torch.optim.AdamW(other.parameters());")]
    [InlineData("var list = new List<Parameter> { layer.lora_A, layer.weight }; list.Remove(layer.weight); var o = torch.optim.AdamW(list);")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B, layer.weight }.Where(p => p.requires_grad));")]
    [InlineData("var o = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B }.Except(new[] { layer.weight }));")]
    [InlineData("List<Parameter> all = [layer.weight, layer.lora_A]; all.RemoveAt(0); var o = torch.optim.AdamW(all);")]
    [InlineData("Parameter[] all = [layer.weight, layer.lora_A]; var o = torch.optim.AdamW(all.Skip(1));")]
    [InlineData("Parameter[] all = [layer.weight, layer.lora_A]; var o = torch.optim.AdamW(all[1..]);")]
    [InlineData("Parameter[] all = [layer.lora_A, layer.weight]; var o = torch.optim.AdamW([all[0]]);")]
    public Task IsSilent(string statements) => Rule.CheckTorch(TorchSource.Program(statements));
}
