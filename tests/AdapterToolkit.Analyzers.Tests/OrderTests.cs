using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>What is reported depends on the program alone, and not on the order in which its bodies are analyzed, or on how many at once.</summary>
public sealed class OrderTests
{
    /// <summary>How many orders are tried of a program.</summary>
    private const int Orders = 12;

    /// <summary>How many methods a chain of calls has.</summary>
    private const int Links = 14;

    [Fact]
    public Task AChainOfCalls() => Compare([.. s_shared, .. Chain(link => $"C{link + 1}.M(b, a, x)")]);

    [Fact]
    public Task ATreeOfCalls() =>
        Compare(
            [.. s_shared, .. Chain(link => $"link > 0 ? C{link + 1}.M(b, a, x) : C{link + 1}.M(b.clone(), x, a) + C{(link * 5) % Links}.M(x, b, a)")]);

    [Fact]
    public Task MethodsThatCallEachOther() =>
        Compare([.. s_shared, .. Chain(link => $"link > {Links} ? C{(link * 3) % Links}.M(b, a, x, link - 1) : C{(link + 1) % Links}.M(b, a, x, link + 1)")]);

    [Fact]
    public Task MembersThatAreGivenEachOther() =>
        Compare([.. s_shared, .. Enumerable.Range(0, Links).Select(link => $$"""
            public static class M{{link}}
            {
                public static Tensor Held = {{(link == 3 ? "Factors.lora.lora_B.matmul(Factors.lora.lora_A)" : $"M{(link + 1) % Links}.Held")}};
                public static Tensor Other => M{{(link * 5) % Links}}.Other2 ?? Held;
                public static Tensor Other2 { get; set; } = M{{(link * 3) % Links}}.Other;
                public static Tensor Use(Tensor x) => functional.linear(x, Other) + x.matmul(Held);
            }
            """)]);

    private static readonly string[] s_shared =
    [
        """
        public class Lora : Module<Tensor, Tensor>
        {
            public readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) => functional.linear(x, weight)
                + C0.M(lora_B, lora_A, x) + C3.M(lora_B, lora_A, x) + C8.M(lora_B, lora_A, x);
        }
        public static class Factors { public static readonly Lora lora = new(); }
        """,
    ];

    /// <summary>Classes that each call others; the last one multiplies.</summary>
    private static string[] Chain(Func<int, string> next) =>
    [
        .. Enumerable.Range(0, Links).Select(link => $$"""
            public static class C{{link}}
            {
                public static Tensor M(Tensor b, Tensor a, Tensor x, int link = 0) => {{(link == Links - 1 ? "b.matmul(a).matmul(x)" : next(link))}};
                public static Tensor Run(Lora lora, Tensor x) => M(lora.lora_B, lora.lora_A, x);
            }
            """),
    ];

    private static async Task Compare(string[] sources)
    {
        sources = sources.Any(source => source.Contains("class C0", StringComparison.Ordinal)) ? sources : [.. sources, .. Chain(_ => "x")];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "User",
            sources.Append(RuleTest<TensorUseAnalyzer>.TorchUsings).Select((text, i) => CSharpSyntaxTree.ParseText(text, path: $"{i}.cs")),
            [.. Basic.Reference.Assemblies.Net100.References.All, TorchSharpReference.Value],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), error => error.Severity == DiagnosticSeverity.Error);
        string[] first = await Report(compilation, order: null);
        Assert.NotEmpty(first);
        for (int order = 0; order < Orders; order++)
        {
            Assert.Equal(first, await Report(compilation, new Random(order)));
            Assert.Equal(first, Texts(await Corpus.Analyze(compilation, TestContext.Current.CancellationToken)));
        }
    }

    /// <summary>What is reported where the files are analyzed one after the other, in an order.</summary>
    private static async Task<string[]> Report(Compilation compilation, Random? order)
    {
        SyntaxTree[] trees = [.. compilation.SyntaxTrees];
        order?.Shuffle(trees);
        CompilationWithAnalyzers analysis = compilation.WithAnalyzers(
            [new TensorUseAnalyzer()],
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: false));
        List<Diagnostic> found = [];
        foreach (SyntaxTree tree in trees)
            found.AddRange(await analysis.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, TestContext.Current.CancellationToken));
        return Texts([.. found]);
    }

    private static string[] Texts(ImmutableArray<Diagnostic> found) =>
        [.. found.Select(diagnostic => diagnostic.ToString()).Order(StringComparer.Ordinal)];
}
