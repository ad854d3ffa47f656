using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// Names of a user's own change no verdict. Every source that <see cref="RuleTest{T}"/> checks is checked a second time under other names; here stands what
/// that renaming does, and that it finds a rule which goes by names.
/// </summary>
public sealed class RenamingTests
{
    private const string Source = """
        namespace User.Layers
        {
            [LowRank(2)] public partial class Projection(int rows, int columns) : Linear(rows, columns);
            public record Pair(Tensor Left, Tensor Right);
            public interface ITerm { Tensor Of(Tensor input); }
            [AdapterModel]
            public partial class Block : ITerm
            {
                private readonly Tensor _lora_A = null!;
                public Projection Query { get; } = new(rows: 8, columns: 8);
                public Tensor Forward(Tensor input) => Query.Forward(input);
                public Tensor Of(Tensor input)
                {
                    Pair pair = new(input, Right: _lora_A);
                    var both = (pair.Left, other: pair.Right);
                    var named = new { pair.Left, Right = both.other };
                    return pair is { Left: var left } ? left + named.Left + both.Left : named.Right;
                }
                public override string ToString() => nameof(Query);
            }
        }
        """;

    [Fact]
    public void RenamesEverythingThatIsTheUsers()
    {
        string renamed = Rename(Source, RuleTest<Rules.TensorUseAnalyzer>.Usings);
        foreach (string name in "User Layers Projection rows columns Pair Left Right ITerm Of Block Query input pair both other named".Split(' '))
            Assert.DoesNotMatch($@"\b{name}\b", renamed);
        foreach (string name in new[] { "LowRank", "AdapterModel", "Forward", "ToString", "_lora_A", "Linear", "Tensor" })
            Assert.Matches($@"\b{name}\b", renamed);
    }

    [Fact]
    public async Task FindsARuleThatGoesByNames()
    {
        const string Marked = "public class {|ADT9999:Adapter|} { }";
        Xunit.Sdk.FailException found = await Assert.ThrowsAsync<Xunit.Sdk.FailException>(
            () => Renaming.Check(new ByName(), Marked, "", [.. Basic.Reference.Assemblies.Net100.References.All], compiles: true));
        Assert.Contains("Renamed, the source is judged otherwise", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MovesTheMarks()
    {
        MarkedSource marked = MarkedSource.Read("class A { int b = {|ADT0001:b + {|ADT0002:c|}|}; }");
        Assert.Equal("class A { int b = b + c; }", marked.Text);
        MarkedSource moved = marked.With([new(new(6, 1), "Longer"), new(new(18, 1), "also"), new(new(22, 1), "cc")]);
        Assert.Equal(["ADT0002 cc", "ADT0001 also + cc"],
            moved.Marks.Select(mark => $"{mark.Rule} {moved.Text.Substring(mark.Place.Start, mark.Place.Length)}"));
    }

    private static string Rename(string source, string usings)
    {
        CSharpCompilation compilation = CSharpCompilation.Create("User", [CSharpSyntaxTree.ParseText(source), CSharpSyntaxTree.ParseText(usings)],
            RuleTest<Rules.TensorUseAnalyzer>.References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return MarkedSource.Read(source).With(Renamed.ChangesOf(compilation.GetSemanticModel(compilation.SyntaxTrees[0]))).Text;
    }

#pragma warning disable RS1001, RS1036, RS2008 // A rule for this test alone is in no package.
    private sealed class ByName : DiagnosticAnalyzer
    {
        private static readonly DiagnosticDescriptor s_rule = new("ADT9999", "Title", "Message", "Category", DiagnosticSeverity.Warning, true);

        public override System.Collections.Immutable.ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [s_rule];

        public override void Initialize(AnalysisContext context)
        {
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.EnableConcurrentExecution();
            context.RegisterSymbolAction(symbol =>
            {
                if (symbol.Symbol.Name == "Adapter")
                    symbol.ReportDiagnostic(Diagnostic.Create(s_rule, symbol.Symbol.Locations[0]));
            }, SymbolKind.NamedType);
        }
    }
#pragma warning restore RS1001, RS1036, RS2008
}
