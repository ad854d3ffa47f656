using System.Collections.Immutable;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Runs the generator over sources, as a compiler would.</summary>
internal static class GeneratorRun
{
    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>Remarks on the versions of references that the SDK suppresses in every project.</summary>
    private static readonly Dictionary<string, ReportDiagnostic> s_suppressedByTheSdk =
        new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };

    /// <summary>What the references of a user's project are.</summary>
    private static ImmutableArray<MetadataReference> References { get; } =
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(Module).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(CausalModel).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.ArrayView<float>).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location),
    ];

    /// <summary>A compilation with every warning on that the compiler has.</summary>
    public static CSharpCompilation Compile(params IEnumerable<string> sources) => CSharpCompilation.Create(
        "User.Project",
        sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, s_parseOptions, $"Source{i}.cs")),
        References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable,
            warningLevel: 9999,
            deterministic: true,
            specificDiagnosticOptions: s_suppressedByTheSdk));

    /// <summary>A driver that remembers the reasons of its steps, unless told otherwise.</summary>
    public static GeneratorDriver Driver(bool recordsSteps = true) => CSharpGeneratorDriver.Create(
        [new AdapterToolkitGenerator().AsSourceGenerator()],
        parseOptions: s_parseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: recordsSteps));

    /// <summary>The emitted files by name.</summary>
    public static ImmutableSortedDictionary<string, string> Emit(params IEnumerable<string> sources) =>
        Driver().RunGenerators(Compile(sources)).GetRunResult().Results.Single().GeneratedSources
            .ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>What the compiler says of the sources together with what is emitted for them.</summary>
    public static IReadOnlyList<Diagnostic> Check(params IEnumerable<string> sources)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Compile(sources), out Compilation compilation, out ImmutableArray<Diagnostic> diagnostics);
        return [.. diagnostics, .. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];
    }
}
