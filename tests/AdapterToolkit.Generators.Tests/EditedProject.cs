using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The project in some state, and the generator that has seen all states before.</summary>
internal sealed class EditedProject
{
    private static readonly MetadataReference[] s_libraries = [.. EditedSources.Libraries.Select(Library)];

    private readonly int[] _versions = new int[EditedSources.Files.Count];
    private readonly SyntaxTree?[] _trees = [.. EditedSources.Files.Select((_, file) => Parse(file, 0))];
    private CSharpCompilation _compilation;
    private GeneratorDriver _driver;
    private MetadataReference _library = s_libraries[0];

    public EditedProject()
    {
        _compilation = GeneratorRun.Compile().AddSyntaxTrees(_trees.OfType<SyntaxTree>()).AddReferences(_library);
        _driver = NewDriver().RunGenerators(_compilation, Token);
    }

    public ImmutableSortedDictionary<string, string> Emitted => EmittedBy(_driver);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public int VersionOf(int file) => _versions[file];

    /// <summary>Puts another version of a file in place, and compares what is emitted with a fresh run.</summary>
    public void Edit(int file, int version)
    {
        SyntaxTree? before = _trees[file];
        string text = EditedSources.Files[file][version];
        SyntaxTree? after = before is null || text.Length == 0 ? Parse(file, version) : before.WithChangedText(SourceText.From(text));
        _compilation = (before, after) switch
        {
            ({ } old, { } changed) => _compilation.ReplaceSyntaxTree(old, changed),
            ({ } old, null) => _compilation.RemoveSyntaxTrees(old),
            (null, { } added) => _compilation.AddSyntaxTrees(added),
            _ => _compilation,
        };
        int previous = _versions[file];
        (_versions[file], _trees[file]) = (version, after);
        AssertRunIsLikeFresh($"version {version} of file {file}, which had version {previous}");
    }

    /// <summary>Refers to another version of the library, and compares what is emitted with a fresh run.</summary>
    public void Refer(int version)
    {
        MetadataReference after = s_libraries[version];
        _compilation = _compilation.ReplaceReference(_library, after);
        _library = after;
        AssertRunIsLikeFresh($"version {version} of the library");
    }

    private void AssertRunIsLikeFresh(string edit)
    {
        _driver = _driver.RunGenerators(_compilation, Token);
        ImmutableSortedDictionary<string, string> expected = EmittedBy(NewDriver().RunGenerators(_compilation, Token));
        string[] stale = [.. expected.Except(Emitted).Concat(Emitted.Except(expected)).Select(emitted => emitted.Key).Distinct()];
        Assert.True(stale.Length == 0, $"{edit}, is not seen by {string.Join(", ", stale)}; the files have versions {string.Join(' ', _versions)}.");
    }

    /// <summary>
    /// A driver as the compiler has it, which records no steps: where steps are recorded, Roslyn 5.0 loses the outputs of a combined node
    /// whose inputs were removed and added anew in one run.
    /// </summary>
    private static GeneratorDriver NewDriver() => GeneratorRun.Driver(recordsSteps: false);

    private static MetadataReference Library(string text)
    {
        using MemoryStream image = new();
        Assert.True(GeneratorRun.Compile(text).WithAssemblyName("Library").Emit(image, cancellationToken: Token).Success);
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static SyntaxTree? Parse(int file, int version) => EditedSources.Files[file][version].Length == 0
        ? null
        : GeneratorRun.Compile(EditedSources.Files[file][version]).SyntaxTrees.Single().WithFilePath($"File{file}.cs");

    private static ImmutableSortedDictionary<string, string> EmittedBy(GeneratorDriver driver)
    {
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        return result.GeneratedSources.ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);
    }
}
