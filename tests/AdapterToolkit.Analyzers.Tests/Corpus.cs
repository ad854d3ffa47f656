using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Rules;
using AdapterToolkit.Tests.Shared;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Runs all rules over the files of a folder, as a build of that folder would.</summary>
internal static class Corpus
{
    private static readonly CSharpParseOptions s_options = new(LanguageVersion.CSharp14);

    private static readonly string[] s_usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks"];

    /// <summary>The files below a folder of the solution, without what builds leave there.</summary>
    /// <param name="folder">The folder.</param>
    public static string[] Files(params string[] folder)
    {
        char separator = Path.DirectorySeparatorChar;
        string[] files = [.. Directory.GetFiles(Path.Combine([SolutionFolder.Find(), .. folder]), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{separator}obj{separator}", StringComparison.Ordinal)
                && !file.Contains($"{separator}bin{separator}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new InvalidOperationException($"There is no source file in {Path.Combine(folder)}.");
    }

    /// <summary>A compilation of sources.</summary>
    /// <param name="name">The assembly's name.</param>
    /// <param name="sources">Paths and texts.</param>
    /// <param name="referencesToolkit">Whether it references the toolkit; otherwise it is the toolkit.</param>
    public static CSharpCompilation Compile(string name, IEnumerable<(string Path, string Text)> sources, bool referencesToolkit = true) =>
        CSharpCompilation.Create(
            name,
            [
                .. sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, s_options, source.Path)),
                CSharpSyntaxTree.ParseText(string.Concat(s_usings.Select(space => $"global using {space};\n")), s_options),
            ],
            referencesToolkit ? RuleTest<TensorUseAnalyzer>.References : [.. Net100.References.All, .. PackagesOfTheToolkit],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The paths and texts of files.</summary>
    public static IEnumerable<(string Path, string Text)> Read(IEnumerable<string> files) => files.Select(file => (file, File.ReadAllText(file)));

    /// <summary>What all rules report; an exception in one of them is reported too, as AD0001.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Analyze(Compilation compilation, CancellationToken cancellation) =>
        await compilation.WithAnalyzers([.. RulePageTests.Analyzers]).GetAnalyzerDiagnosticsAsync(cancellation);

    private static IEnumerable<MetadataReference> PackagesOfTheToolkit =>
        Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => Path.GetFileName(file).StartsWith("ILGPU", StringComparison.Ordinal)
                || Path.GetFileName(file).StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || Path.GetFileName(file) == "System.IO.Hashing.dll")
            .Select(file => MetadataReference.CreateFromFile(file));
}
