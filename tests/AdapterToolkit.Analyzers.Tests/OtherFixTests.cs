using Xunit;
using AddPartial = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.ClassMustBePartialAndOfItsKindAnalyzer, AdapterToolkit.CodeFixes.AddPartialFix>;
using RunLayer = AdapterToolkit.Analyzers.Tests.FixTest<AdapterToolkit.Analyzers.ForwardShouldReachEveryAdapterAnalyzer, AdapterToolkit.CodeFixes.RunLayerInForwardFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The code fixes of ADT0001 and ADT0104.</summary>
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
}
