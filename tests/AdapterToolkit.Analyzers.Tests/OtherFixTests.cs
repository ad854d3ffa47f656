using Xunit;
using AddPartial = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.ClassMustBePartialAndOfItsKindAnalyzer, AdapterToolkit.CodeFixes.AddPartialFix>;
using MergeToDense = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.MergeIntoQuantizedAnalyzer, AdapterToolkit.CodeFixes.MergeToDenseFix>;
using RemoveFromOptimizer = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.TensorUseAnalyzer, AdapterToolkit.CodeFixes.RemoveFromOptimizerFix>;
using RunLayer = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.ForwardShouldReachEveryAdapterAnalyzer, AdapterToolkit.CodeFixes.RunLayerInForwardFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fixes of ADT0001, ADT0102, ADT0104 and ADT0108.</summary>
public sealed class OtherFixTests
{
    [Theory]
    [InlineData("[LowRank(2)] public class {|ADT0001:Layer|}() : Linear(8, 8);", "[LowRank(2)] public partial class Layer() : Linear(8, 8);")]
    [InlineData("// A layer.\n[LowRank(2)]\nclass {|ADT0001:Layer|}() : Linear(8, 8);", "// A layer.\n[LowRank(2)]\npartial class Layer() : Linear(8, 8);")]
    [InlineData("[Frozen] public sealed class {|ADT0001:Layer|}() : Linear(8, 8); // ready", "[Frozen] public sealed partial class Layer() : Linear(8, 8); // ready")]
    [InlineData("public class Outer { [LowRank(2)] public class {|ADT0001:{|ADT0001:Layer|}|}() : Linear(8, 8); }", "public partial class Outer { [LowRank(2)] public partial class Layer() : Linear(8, 8); }")]
    [InlineData("[LowRank(2)] public class {|ADT0001:One|}() : Linear(8, 8); [AdapterModel] public class {|ADT0001:Two|} { public Tensor Forward(Tensor x) => x; }", "[LowRank(2)] public partial class One() : Linear(8, 8); [AdapterModel] public partial class Two { public Tensor Forward(Tensor x) => x; }")]
    public Task AddsPartial(string source, string expected) => AddPartial.Check(source, expected);

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

    [Theory]
    [InlineData("A, {|ADT0104:B|}, C", "C.Forward(A.Forward(x))", "C.Forward(B.Forward(A.Forward(x)))")]
    [InlineData("{|ADT0104:A|}, B", "B.Forward(x)", "B.Forward(A.Forward(x))")]
    [InlineData("A, {|ADT0104:B|}", "A.Forward(x) /* end */", "B.Forward(A.Forward(x)) /* end */")]
    public Task RunsALayer(string layers, string forward, string expected) => RunLayer.Check(Model(layers, forward), Model(layers.Replace("{|ADT0104:", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal), expected));

    [Theory]
    [InlineData("A, {|ADT0104:B|}", "x + A.Forward(x)")]
    [InlineData("A, B, {|ADT0104:C|}", "A.Forward(B.Forward(x))")]
    public Task DoesNotGuessAPlace(string layers, string forward) => RunLayer.Check(Model(layers, forward), Model(layers, forward));

    private static string Model(string layers, string forward) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);

        [AdapterModel]
        public partial class Model
        {
        {{string.Concat(layers.Split(", ").Select(layer => $"    public Projection {layer} {{ get; }} = new(8, 8);\n"))}}
            public Tensor Forward(Tensor x) => {{forward}};
        }
        """.ReplaceLineEndings("\n");

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
