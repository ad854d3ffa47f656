using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0102.</summary>
public sealed class FrozenWeightTrainsTests
{
    [Theory]
    [InlineData("optimizer.Step([Layer.Factors!.A, {|ADT0102:new Parameter(Layer.Weight.ToTensor())|}], 1e-3);")]
    [InlineData("""Parameter p = {|ADT0102:new(Layer.Weight.ToTensor(), "w")|};""")]
    [InlineData("Tensor w = Layer.Weight.ToTensor(); Tensor copy = w; var p = {|ADT0102:new Parameter(copy)|};")]
    [InlineData("var all = Layers.Select(layer => {|ADT0102:new Parameter(layer.Weight.ToTensor())|}).ToList(); optimizer.Step(all, 1e-3);")]
    [InlineData("""
        var all = model.LinearLayers.SelectMany(layer => layer.FrozenWeights)
            .Select(weight => weight.ToTensor()).Select(tensor => {|ADT0102:new Parameter(tensor)|});
        optimizer.Step(all, 1e-3);
        """)]
    [InlineData("""
        List<Parameter> all = [];
        foreach (Linear layer in model.LinearLayers) all.Add({|ADT0102:new Parameter(layer.Weight.ToTensor())|});
        optimizer.Step(all, 1e-3);
        """)]
    [InlineData("optimizer.Step([{|ADT0102:Wrap(Layer.Weight.ToTensor())|}], 1e-3);")]
    [InlineData("optimizer.Step(model.LinearLayers.Select(layer => layer.Weight.ToTensor()).Select({|ADT0102:Wrap|}), 1e-3);")]
    [InlineData("""
        float[] numbers = Layer.Weight.ToArray();
        var p = {|ADT0102:new Parameter(Tensor.From(Layer.Weight.Data.Device, Layer.Weight.Shape, numbers))|};
        """)]
    [InlineData("var p = {|ADT0102:new Parameter(Layer.Bias!.ToTensor())|};")]
    [InlineData("Parameter Local(Linear layer) => {|ADT0102:new Parameter(layer.Weight.Data)|}; optimizer.Step([Local(Layer)], 1);")]
    [InlineData("foreach (FrozenWeight weight in Layer.FrozenWeights) Keep({|ADT0102:new Parameter(weight.ToTensor() * 2)|});")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("optimizer.Step([Layer.Factors!.A, Layer.Factors.B], 1e-3);")]
    [InlineData("optimizer.Step(model.TrainableParameters, 1e-3);")]
    [InlineData("var p = new Parameter(Tensor.Zeros(Layer.Weight.Data.Device, Layer.Weight.Shape));")]
    [InlineData("Tensor w = Layer.Weight.ToTensor(); float norm = w.ToArray().Sum(); ")]
    [InlineData("var p = new Parameter(Layer.Factors!.A.Value);")]
    [InlineData("Tensor t = Layer.Weight.ToTensor(); t = Tensor.Zeros(t.Device, t.Shape); var p = new Parameter(t);")]
    [InlineData("var sizes = Layers.Select(layer => layer.Weight.Shape.Elements).ToArray();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("var p = new Parameter(")]
    [InlineData("optimizer.Step([Layer.Factors!.A, new Parameter(Layer.Weight.ToTensor()")]
    public Task IsSilentOnBrokenCode(string statements) => Rule.CheckBroken(Program(statements));

    [Fact]
    public Task LeavesAModulesOwnWeightToTheModule() => Rule.Check("""
        public sealed class Gain : Module
        {
            private readonly FrozenWeight _weight = new("weight", new Shape(8));
            private Parameter? _trained;

            public override IEnumerable<Parameter> Parameters => [_trained ??= new Parameter(_weight.ToTensor())];
        }
        """);

    [Theory]
    [InlineData("{|ADT0102:layer.weight.requires_grad = true|};")]
    [InlineData("{|ADT0102:layer.weight.requires_grad_()|};")]
    [InlineData("{|ADT0102:layer.weight.requires_grad_(true)|};")]
    [InlineData("Tensor w = layer.weight; {|ADT0102:w.requires_grad = true|};")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B, {|ADT0102:layer.weight|} });")]
    [InlineData("var optimizer = torch.optim.SGD([layer.lora_A, {|ADT0102:layer.weight|}], 0.1);")]
    [InlineData("var list = new List<Parameter> { layer.lora_A, layer.lora_B }; list.Add({|ADT0102:layer.weight|}); var optimizer = torch.optim.AdamW(list);")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A }.Append({|ADT0102:layer.weight|}));")]
    [InlineData("var optimizer = torch.optim.AdamW(layers.Select(l => {|ADT0102:l.weight|}));")]
    [InlineData("var gradient = {|ADT0102:layer.weight.grad|};")]
    [InlineData("var p = {|ADT0102:new Parameter(layer.weight)|};")]
    [InlineData("foreach (var p in new[] { layer.weight }) {|ADT0102:p.requires_grad = true|};")]
    [InlineData("var gradients = {|ADT0102:torch.autograd.grad([x], [layer.weight])|};")]
    [InlineData("{|ADT0102:Thaw(layer.weight)|};")]
    public Task FiresOnTorchSharp(string statements) => Rule.CheckTorch(TorchSource.Program(statements));

    [Theory]
    [InlineData("layer.weight.requires_grad = false;")]
    [InlineData("layer.weight.requires_grad_(false);")]
    [InlineData("layer.lora_A.requires_grad = true; layer.lora_B.requires_grad_();")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });")]
    [InlineData("var optimizer = torch.optim.AdamW(layer.parameters());")]
    [InlineData("var optimizer = torch.optim.AdamW(layer.parameters().Where(p => p.requires_grad));")]
    [InlineData("var p = new Parameter(layer.weight, requires_grad: false);")]
    [InlineData("bool none = layer.weight.grad is null || (object?)layer.weight.grad == null;")]
    [InlineData("other.weight.requires_grad = true;")]
    public Task IsSilentOnTorchSharp(string statements) => Rule.CheckTorch(TorchSource.Program(statements));

    private static string Program(string statements) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);

        public class User(Projection layer, LanguageModel model)
        {
            public Projection Layer { get; } = layer;

            public IReadOnlyList<Projection> Layers { get; } = [];

            public void Run(AdamW optimizer)
            {
                {{statements}}
            }

            private static Parameter Wrap(Tensor tensor) => new(tensor);

            private static void Keep(Parameter parameter) { }
        }
        """;
}
