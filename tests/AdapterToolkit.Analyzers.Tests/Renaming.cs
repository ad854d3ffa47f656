using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Runs a rule over a source whose identifiers say nothing: names of a user's own change no verdict.</summary>
internal static class Renaming
{
    private static readonly CSharpCompilationOptions s_options = new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);

    /// <summary>Asserts that a rule reports, in the renamed source, what the marks of the source are around.</summary>
    /// <param name="analyzer">The rule.</param>
    /// <param name="source">The source with its marks.</param>
    /// <param name="usings">A file beside it.</param>
    /// <param name="references">What it is compiled against.</param>
    /// <param name="compiles">Whether it compiles.</param>
    public static async Task Check(DiagnosticAnalyzer analyzer, string source, string usings, ImmutableArray<MetadataReference> references, bool compiles)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        MarkedSource marked = MarkedSource.Read(source);
        CSharpCompilation original = Compile(marked.Text, usings, references);
        MarkedSource renamed = marked.With(Renamed.ChangesOf(original.GetSemanticModel(original.SyntaxTrees[0])));
        CSharpCompilation compilation = Compile(renamed.Text, usings, references);
        if (compiles)
            Assert.DoesNotContain(compilation.GetDiagnostics(cancellation), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        ImmutableArray<Diagnostic> found = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(cancellation);
        IEnumerable<string> reported =
            found.Select(diagnostic => Describe(diagnostic.Id, diagnostic.Location.SourceSpan, renamed.Text)).Order(StringComparer.Ordinal);
        IEnumerable<string> expected = renamed.Marks.Select(mark => Describe(mark.Rule, mark.Place, renamed.Text)).Order(StringComparer.Ordinal);
        if (!expected.SequenceEqual(reported))
        {
            Assert.Fail($"Renamed, the source is judged otherwise.\nExpected:\n  {string.Join("\n  ", expected)}\n"
                + $"Reported:\n  {string.Join("\n  ", reported)}\nRenamed:\n{renamed.Text}");
        }
    }

    private static string Describe(string rule, TextSpan place, string text) => $"{rule} at {place.Start}: {text.Substring(place.Start, place.Length)}";

    private static CSharpCompilation Compile(string source, string usings, ImmutableArray<MetadataReference> references) =>
        CSharpCompilation.Create("User", [CSharpSyntaxTree.ParseText(source, path: "Source.cs"), CSharpSyntaxTree.ParseText(usings, path: "Usings.cs")],
            references, s_options);
}
