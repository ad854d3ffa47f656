using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0102: a frozen weight that is wrapped as a parameter first, and given to an optimizer later.</summary>
public sealed class WrappedWeightTests
{
    [Theory]
    [InlineData("""var f = {|ADT0102:new Parameter(layer.Weight.ToTensor(), "w")|}; new AdamW().Step([f], 1);""")]
    [InlineData("""var (f, n) = ({|ADT0102:new Parameter(layer.Weight.ToTensor(), "w")|}, 1); new AdamW().Step([f], n);""")]
    [InlineData("""Held h = new({|ADT0102:new Parameter(layer.Weight.ToTensor(), "w")|}); new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Held h = {|ADT0102:Held.Of(layer.Weight.ToTensor())|}; new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Held h = {|ADT0102:new Held(layer.Weight.ToTensor())|}; new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""List<Parameter> all = []; all.Add({|ADT0102:new Parameter(layer.Weight.ToTensor(), "w")|}); new AdamW().Step(all, 1);""")]
    [InlineData("""Held h = {|ADT0102:layer.Weight.ToTensor()|}; new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Tensor w = layer.Weight.ToTensor(); Func<Parameter> make = () => {|ADT0102:new Parameter(w, "w")|}; new AdamW().Step([make()], 1);""")]
    [InlineData("""foreach (Parameter p in Wrapped(layer)) new AdamW().Step([p], 1);""")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""var f = new Parameter(layer.Factors!.A.Value, "a"); new AdamW().Step([f], 1);""")]
    [InlineData("""var (f, n) = (new Parameter(Tensor.Zeros(x.Device, x.Shape), "w"), layer.Weight.ToTensor()); new AdamW().Step([f], 1);""")]
    [InlineData("""Held h = Held.Of(layer.Factors!.B.Value); new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Held h = new Held(x); new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Held h = x; new AdamW().Step([h.Parameter], 1);""")]
    [InlineData("""Tensor w = layer.Weight.ToTensor(); Func<Parameter> make = () => new Parameter(x, "w"); new AdamW().Step([make()], 1);""")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Parameter p = {|ADT0102:new Parameter(layer.weight.detach().clone())|}; optim.Adam([{|ADT0102:p|}]);")]
    [InlineData("var p = {|ADT0102:Parameter(layer.weight.clone())|}; var all = new List<Parameter> { layer.lora_A, {|ADT0102:p|} }; optim.SGD(all, 0.1);")]
    [InlineData("var held = (P: {|ADT0102:new Parameter(layer.weight)|}, 1); optim.Adam([{|ADT0102:held.P|}]);")]
    [InlineData("var p = new Parameter(layer.lora_B.clone()); optim.Adam([p]);")]
    [InlineData("var all = new List<Parameter> { layer.lora_A, new Parameter(layer.lora_B) }; optim.SGD(all, 0.1);")]
    [InlineData("var p = new Parameter(layer.weight.clone(), requires_grad: false); optim.Adam([layer.lora_A]);")]
    public Task FollowsTorchSharp(string statements) => Rule.CheckTorch(TorchSource.Program(statements));

    private static string Program(string statements) => $$"""
        [LowRank(2)] public partial class Adapted() : Linear(8, 8);
        public sealed record Held(Parameter Parameter)
        {
            public Held(Tensor numbers) : this(new Parameter(numbers, "held")) { }
            public static Held Of(Tensor numbers) => new(new Parameter(numbers, "held"));
            public static implicit operator Held(Tensor numbers) => new(new Parameter(numbers, "held"));
        }
        public static class User
        {
            private static void Run(Adapted layer, Tensor x) { {{statements}} }
            private static IEnumerable<Parameter> Wrapped(Linear layer)
            {
                yield return {|ADT0102:new Parameter(layer.Weight.ToTensor(), "w")|};
            }
        }
        """;
}
