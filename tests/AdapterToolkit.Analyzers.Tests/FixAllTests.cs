using AdapterToolkit.Analyzers.Rules;
using Xunit;
using AddPartial = AdapterToolkit.Analyzers.Tests.FixTest<
    AdapterToolkit.Analyzers.Rules.ClassMustBePartialAndOfItsKindAnalyzer, AdapterToolkit.CodeFixes.AddPartialFix>;
using MultiplyByFactors = AdapterToolkit.Analyzers.Tests.FixTest<
    AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer, AdapterToolkit.CodeFixes.MultiplyByFactorsFix>;
using RunLayer = AdapterToolkit.Analyzers.Tests.FixTest<
    AdapterToolkit.Analyzers.Rules.ForwardShouldReachEveryAdapterAnalyzer, AdapterToolkit.CodeFixes.RunLayerInForwardFix>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Fixes that are applied to several places of several files in two projects at once.</summary>
public sealed class FixAllTests
{
    [Fact]
    public Task AddsPartial() => AddPartial.CheckSolution(
        [
            """
            [LowRank(2)] class {|ADT0001:One|}() : Linear(8, 8);
            [LowRank(2)] class {|ADT0001:Two|}() : Linear(8, 8);
            """,
            """
            class Outer
            {
                [LowRank(2)]
                class {|ADT0001:{|ADT0001:Three|}|}() : Linear(8, 8);

                [Frozen]
                class {|ADT0001:{|ADT0001:Five|}|}() : Linear(8, 8);
            }
            """,
            "[LowRank(2)] class {|ADT0001:Four|}() : Linear(8, 8);",
        ],
        [
            """
            [LowRank(2)] partial class One() : Linear(8, 8);
            [LowRank(2)] partial class Two() : Linear(8, 8);
            """,
            """
            partial class Outer
            {
                [LowRank(2)]
                partial class Three() : Linear(8, 8);

                [Frozen]
                partial class Five() : Linear(8, 8);
            }
            """,
            "[LowRank(2)] partial class Four() : Linear(8, 8);",
        ]);

    [Fact]
    public Task RunsLayers() => RunLayer.CheckSolution(
        [
            Model("One", "A, {|ADT0104:B|}, {|ADT0104:C|}", "A.Forward(x)"),
            Model("Two", "{|ADT0104:A|}, B", "B.Forward(x)"),
            Model("Three", "A, {|ADT0104:B|}", "A.Forward(x)"),
        ],
        [
            Model("One", "A, B, C", "C.Forward(B.Forward(A.Forward(x)))"),
            Model("Two", "A, B", "B.Forward(A.Forward(x))"),
            Model("Three", "A, B", "B.Forward(A.Forward(x))"),
        ]);

    [Fact]
    public Task MultipliesByTheFactors() => MultiplyByFactors.CheckSolution(
        [
            Product(
                "One",
                """
                Tensor y = {|ADT0101:Math.MatMul(Math.MatMul(f.B.Value, f.A.Value), x)|};
                return y + {|ADT0101:Math.MatMul(Math.MatMul(f.B.Value, f.A.Value), y)|};
                """,
                Helpers),
            Product("Two", "return {|ADT0101:Math.MatMul(Math.MatMul(f.B.Value, f.A.Value), x)|};", ""),
            Product("Three", "return {|ADT0101:Math.MatMul(Math.MatMul(f.B.Value, f.A.Value), x)|};", Helpers),
        ],
        [
            Product(
                "One",
                """
                Tensor y = Math.MatMul(f.B.Value, Math.MatMul(f.A.Value, x));
                return y + Math.MatMul(f.B.Value, Math.MatMul(f.A.Value, y));
                """,
                Helpers),
            Product("Two", "return Math.MatMul(f.B.Value, Math.MatMul(f.A.Value, x));", ""),
            Product("Three", "return Math.MatMul(f.B.Value, Math.MatMul(f.A.Value, x));", Helpers),
        ]);

    private const string Helpers = """


        public static class Math
        {
            public static Tensor MatMul(Tensor a, Tensor b)
            {
                Tensor result = Tensor.Zeros(a.Device, new Shape(a.Rows, b.Columns));
                for (int i = 0; i < a.Rows; i++)
                    for (int j = 0; j < b.Columns; j++)
                        for (int k = 0; k < a.Columns; k++)
                            result.Span[i * b.Columns + j] += a.Span[i * a.Columns + k] * b.Span[k * b.Columns + j];
                return result;
            }
        }
        """;

    private static string Product(string name, string statements, string helpers) => $$"""
        public static class {{name}}
        {
            public static Tensor Run(LowRankFactors f, Tensor x)
            {
                {{statements.ReplaceLineEndings("\n        ")}}
            }
        }
        """.ReplaceLineEndings("\n") + helpers;

    private static string Model(string name, string layers, string forward) => $$"""
        [LowRank(2)] public partial class {{name}}Projection(int a, int b) : Linear(a, b);

        [AdapterModel]
        public partial class {{name}}
        {
        {{string.Concat(layers.Split(", ").Select(layer => $"    public {name}Projection {layer} {{ get; }} = new(8, 8);\n"))}}
            public Tensor Forward(Tensor x) => {{forward}};
        }
        """.ReplaceLineEndings("\n");
}
