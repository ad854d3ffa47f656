using Xunit;
using MergeToDense = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.MergeIntoQuantizedAnalyzer, AdapterToolkit.CodeFixes.MergeToDenseFix>;
using RemoveFromOptimizer = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.TensorUseAnalyzer, AdapterToolkit.CodeFixes.RemoveFromOptimizerFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fixes of ADT0102 and ADT0108.</summary>
public sealed class OtherFixTests
{
    [Theory]
    [InlineData("{|ADT0108:model.Merge()|};", "model.MergeTo(16);", 0)]
    [InlineData("{|ADT0108:model.Merge()|}; // done", "model.MergeTo(32); // done", 1)]
    [InlineData("{|ADT0108:model.Merge(reversible: true)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.Merge(true)|};", "model.MergeTo(16, reversible: true);", 0)]
    [InlineData("{|ADT0108:model.Merge()|}; {|ADT0108:model.Merge(false)|};", "model.MergeTo(32); model.MergeTo(32, reversible: false);", 1)]
    public Task MergesToDense(string statements, string expected, int action) => MergeToDense.Check(Quantized(statements), Quantized(expected), action);

    [Theory]
    [InlineData("optimizer.Step([layer.Factors!.A, {|ADT0102:new Parameter(layer.Weight.ToTensor())|}], 1e-3);", "optimizer.Step([layer.Factors!.A], 1e-3);")]
    [InlineData("optimizer.Step([{|ADT0102:new Parameter(layer.Weight.ToTensor())|}, layer.Factors!.A], 1e-3);", "optimizer.Step([layer.Factors!.A], 1e-3);")]
    [InlineData("all.Add(layer.Factors!.A);\n        all.Add({|ADT0102:new Parameter(layer.Weight.ToTensor())|});", "all.Add(layer.Factors!.A);")]
    public Task RemovesTheWeight(string statements, string expected) => RemoveFromOptimizer.Check(Optimized(statements), Optimized(expected));

    [Theory]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B, {|ADT0102:layer.weight|} });", "var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A, {|ADT0102:layer.weight|}, layer.lora_B });", "var optimizer = torch.optim.AdamW(new[] { layer.lora_A, layer.lora_B });")]
    [InlineData("var optimizer = torch.optim.AdamW(new[] { layer.lora_A }.Append({|ADT0102:layer.weight|}));", "var optimizer = torch.optim.AdamW(new[] { layer.lora_A });")]
    public Task RemovesTheWeightFromTorchSharp(string statements, string expected) => RemoveFromOptimizer.CheckTorch(Torch(statements), Torch(expected));

    private static string Quantized(string statements) => $$"""
        [LowRank(2), Quantized(4)] public partial class Small() : Linear(64, 64);

        public static class User
        {
            public static void Run(Small model)
            {
                {{statements}}
            }
        }
        """.ReplaceLineEndings("\n");

    private static string Optimized(string statements) => $$"""
        public static class User
        {
            public static void Run(Linear layer, AdamW optimizer, List<Parameter> all)
            {
                {{statements}}
            }
        }
        """.ReplaceLineEndings("\n");

    private static string Torch(string statements) => $$"""
        public class Lora() : Module("lora")
        {
            public Parameter weight, lora_A, lora_B;
        }

        public static class User
        {
            public static void Run(Lora layer)
            {
                {{statements}}
            }
        }
        """.ReplaceLineEndings("\n");
}
