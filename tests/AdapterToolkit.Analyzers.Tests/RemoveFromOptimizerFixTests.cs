using Xunit;
using Fix = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer, AdapterToolkit.CodeFixes.RemoveFromOptimizerFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fix of ADT0102.</summary>
public sealed class RemoveFromOptimizerFixTests
{
    private const string Weight = "{|ADT0102:new Parameter(layer.Weight.ToTensor())|}", Bias = "{|ADT0102:new Parameter(layer.Bias!.ToTensor())|}";

    [Theory]
    [InlineData($"optimizer.Step([layer.Factors!.A, {Weight}], 1e-3);", "optimizer.Step([layer.Factors!.A], 1e-3);")]
    [InlineData($"optimizer.Step([{Weight}, layer.Factors!.A], 1e-3);", "optimizer.Step([layer.Factors!.A], 1e-3);")]
    [InlineData($"optimizer.Step([layer.Factors!.A, {Weight}, {Bias}, layer.Factors.B], 1e-3);", "optimizer.Step([layer.Factors!.A, layer.Factors.B], 1e-3);")]
    [InlineData($"optimizer.Step([{Weight}, {Bias}], 1e-3);", "optimizer.Step([], 1e-3);")]
    [InlineData(
        $"""
        all.Add(layer.Factors!.A);
        all.Add({Weight});
        """,
        "all.Add(layer.Factors!.A);")]
    [InlineData(
        $"""
        all.Add({Weight});
        all.Add({Bias});
        all.Add(layer.Factors!.A);
        """,
        "all.Add(layer.Factors!.A);")]
    [InlineData(
        $$"""
        // All of it.
        all.Add({{Weight}});
        all.Add({{Bias}});
        all.Add(layer.Factors!.A); // A
        """,
        """
        // All of it.
        all.Add(layer.Factors!.A); // A
        """)]
    [InlineData($"all = new List<Parameter> {{ layer.Factors!.A, {Weight}, layer.Factors.B, {Bias} }};",
        "all = new List<Parameter> { layer.Factors!.A, layer.Factors.B };")]
    [InlineData(
        $$"""
        optimizer.Step([
            layer.Factors!.A, // A
            {{Weight}},
            layer.Factors.B, // B
        ], 1e-3);
        """,
        """
        optimizer.Step([
            layer.Factors!.A, // A
            layer.Factors.B, // B
        ], 1e-3);
        """)]
    [InlineData(
        $$"""
        foreach (Linear l in new[] { layer })
            all.Add({{Weight}});
        """,
        """
        foreach (Linear l in new[] { layer })
            all.Add({|ADT0102:new Parameter(layer.Weight.ToTensor())|});
        """)]
    [InlineData($"var kept = {Weight};", "var kept = {|ADT0102:new Parameter(layer.Weight.ToTensor())|};")]
    public Task RemovesTheWeight(string statements, string expected) => Fix.Check(Program("User", statements), Program("User", expected));

    [Fact]
    public Task MendsASolution() => Fix.CheckSolution(
        [
            Program(
                "First",
                $"""
                optimizer.Step([{Weight}, layer.Factors!.A, {Bias}], 1);
                all.Add({Weight});
                """),
            Program(
                "Second",
                $"""
                all.Add({Weight});
                all.Add({Bias});
                """),
            Program("Third", $"optimizer.Step([layer.Factors!.A, {Weight}], 1);"),
        ],
        [
            Program("First", "optimizer.Step([layer.Factors!.A], 1);"),
            Program("Second", "").Replace("        \n", "", StringComparison.Ordinal),
            Program("Third", "optimizer.Step([layer.Factors!.A], 1);"),
        ]);

    [Theory]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B, {|ADT0102:layer.weight|} });",
        "var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, {|ADT0102:layer.weight|}, layer.lora_B });",
        "var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A }.Append({|ADT0102:layer.weight|}));",
        "var optimizer = torch.optim.AdamW(new[] { layer.lora_A });")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A }.Append({|ADT0102:layer.weight|}).Prepend({|ADT0102:other.weight|}));",
        "var optimizer = torch.optim.AdamW(new[] { layer.lora_A });")]
    [InlineData(
        """
        var first = torch.optim.SGD([layer.lora_A, {|ADT0102:layer.weight|}], 0.1);
        var second = torch.optim.SGD([{|ADT0102:other.weight|}, other.lora_A, {|ADT0102:layer.weight|}], 0.1);
        """,
        """
        var first = torch.optim.SGD([layer.lora_A], 0.1);
        var second = torch.optim.SGD([other.lora_A], 0.1);
        """)]
    public Task RemovesTheWeightFromTorchSharp(string statements, string expected) => Fix.CheckTorch(Torch(statements), Torch(expected));

    private static string Program(string name, string statements) => $$"""
        public static class {{name}}
        {
            public static void Run(Linear layer, AdamW optimizer, List<Parameter> all)
            {
                {{statements.ReplaceLineEndings("\n        ")}}
            }
        }
        """.ReplaceLineEndings("\n");

    private static string Torch(string statements) => $$"""
        public class Lora() : Module("lora")
        {
            public Parameter weight = new(torch.randn(64, 64), requires_grad: false), lora_A, lora_B;
        }

        public static class User
        {
            public static void Run(Lora layer, Lora other)
            {
                {{statements.ReplaceLineEndings("\n        ")}}
            }
        }
        """.ReplaceLineEndings("\n");
}
