using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The samples, as a user would write them, break no rule.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task TheLlamaModelBreaksNoRule()
    {
        string[] files = Directory.GetFiles(Path.Combine(Solution.Folder(), "samples", "Llama"), "*.cs");
        Assert.Contains(files, file => Path.GetFileName(file) == "DecoderBlock.cs");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        SyntaxTree[] trees = [.. files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file, cancellationToken: cancellation))];
        SyntaxTree usings = CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.Linq;", cancellationToken: cancellation);
        CSharpCompilation compilation = CSharpCompilation.Create("Llama", [.. trees, usings], RuleTest<RankMustBeInRangeAnalyzer>.References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        ImmutableArray<DiagnosticAnalyzer> analyzers =
        [
            .. typeof(RankMustBeInRangeAnalyzer).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
                .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
        ];
        Assert.Equal(7, analyzers.Length);
        Assert.Empty(await compilation.WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync(cancellation));
    }
}
