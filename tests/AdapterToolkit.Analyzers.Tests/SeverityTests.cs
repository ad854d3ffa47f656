using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The severity of a rule is what <c>.editorconfig</c> says, whichever way the rule finds its places.</summary>
public sealed class SeverityTests
{
    private const string Layer = "[LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);";

    [Theory]
    [InlineData("warning", DiagnosticSeverity.Warning)]
    [InlineData("suggestion", DiagnosticSeverity.Info)]
    [InlineData("none", null)]
    public async Task IsWhatTheProjectSays(string written, DiagnosticSeverity? expected)
    {
        await Check<ClassMustBePartialAndOfItsKindAnalyzer>("ADT0001", "[LowRank(2)] public class {|#0:Projection|}(int a, int b) : Linear(a, b);");
        await Check<StorageMustBeSupportedAnalyzer>("ADT0004", "[Frozen, {|#0:Quantized(5)|}] public partial class Projection(int a, int b) : Linear(a, b);");
        await Check<TensorUseAnalyzer>("ADT0101", """
            public static class My
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
                public static Tensor Run(LowRankFactors f, Tensor x) => {|#0:MatMul(MatMul(f.B.Value, f.A.Value), x)|};
            }
            """);
        await Check<ForwardShouldReachEveryAdapterAnalyzer>("ADT0104", $$"""
            {{Layer}}
            [AdapterModel] public partial class Model
            {
                public Projection A { get; } = new(8, 8);
                public Projection {|#0:B|} { get; } = new(8, 8);
                public Tensor Forward(Tensor x) => A.Forward(x);
            }
            """);
        await Check<MergeOnceAnalyzer>("ADT0107", $$"""
            {{Layer}}
            public static class My
            {
                public static void Run(Projection layer) { layer.Merge(); {|#0:layer.Merge()|}; }
            }
            """);
        await Check<ForwardMustBeDifferentiableAnalyzer>("ADT0201", """
            [AdapterModel] public partial class Model
            {
                public Tensor Forward(Tensor x) => {|#0:Tensor.From(x.Device, x.Shape, x.ToArray())|};
            }
            """);

        async Task Check<T>(string rule, string source)
            where T : DiagnosticAnalyzer, new()
        {
            CSharpAnalyzerTest<T, DefaultVerifier> test = new() { ReferenceAssemblies = new ReferenceAssemblies("net10.0"), TestCode = source };
            test.TestState.Sources.Add(RuleTest<T>.Usings);
            test.TestState.AdditionalReferences.AddRange(RuleTest<T>.References);
            test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n\n[*.cs]\ndotnet_diagnostic.{rule}.severity = {written}\n"));
            if (expected is { } severity)
                test.ExpectedDiagnostics.Add(new DiagnosticResult(rule, severity).WithLocation(0));
            await test.RunAsync(TestContext.Current.CancellationToken);
        }
    }
}
