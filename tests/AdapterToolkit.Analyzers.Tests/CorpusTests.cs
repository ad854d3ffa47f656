using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The samples, the toolkit itself, and what the generator emits break no rule.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("samples")]
    [InlineData("tests", "AdapterToolkit.Generators.Tests", "Snapshots")]
    public async Task UsersCodeBreaksNoRule(params string[] folder) =>
        Assert.Empty(await Corpus.Analyze(Corpus.Compile("User",
            Corpus.Read(Corpus.Files(folder)).Select(source => (source.Path.Replace(".verified", "", StringComparison.Ordinal), source.Text))),
            TestContext.Current.CancellationToken));

    [Fact]
    public async Task TheToolkitBreaksNoRule()
    {
        Compilation compilation = Corpus.Compile("AdapterToolkit", Corpus.Read(Corpus.Files("src", "AdapterToolkit")), referencesToolkit: false);
        Assert.NotNull(compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Linear"));
        Assert.Empty(await Corpus.Analyze(compilation, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TheModelsBreakNoRule()
    {
        Compilation compilation = Corpus.Compile("AdapterToolkit.Models", Corpus.Read(Corpus.Files("src", "AdapterToolkit.Models")));
        compilation = compilation.RemoveReferences(compilation.References.Single(reference => Path.GetFileName(reference.Display) == "AdapterToolkit.Models.dll"));
        Assert.NotNull(compilation.GetTypeByMetadataName("AdapterToolkit.Models.Llama.LlamaModel`1"));
        Assert.Empty(await Corpus.Analyze(compilation, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SourcesOfTheGeneratorsSnapshotsBreakNoRule()
    {
        string sources = Assert.Single(Corpus.Files("tests", "AdapterToolkit.Generators.Tests"), file => Path.GetFileName(file) == "Sources.cs");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        SyntaxTree tree = CSharpSyntaxTree.ParseText(await File.ReadAllTextAsync(sources, cancellation), cancellationToken: cancellation);
        string[] texts =
        [
            .. (await tree.GetRootAsync(cancellation)).DescendantNodes().OfType<LiteralExpressionSyntax>()
                .Select(literal => literal.Token.ValueText).Where(text => text.Contains("class ", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(texts);
        foreach (string text in texts)
        {
            // A model that is written without an adapter, to show an operator, is what ADT0202 is for.
            bool hasAdapter = text.Contains("LowRank(", StringComparison.Ordinal) || text.Contains("Trainable", StringComparison.Ordinal);
            Assert.DoesNotContain(await Corpus.Analyze(Corpus.Compile("User", [("Source.cs", text)]), cancellation), found => hasAdapter
                || found.Id != "ADT0202");
        }
    }
}
