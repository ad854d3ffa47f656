using System.Reflection;
using AdapterToolkit.Modules;
using Basic.Reference.Assemblies;
using ILGPU;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Tests.Support;

/// <summary>A project of a user's, compiled together with what the generator adds to it.</summary>
internal sealed class GeneratedProject
{
    /// <summary>The file that the SDK adds where implicit usings are on.</summary>
    public const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>References to another version of the framework, which the SDK silences in every project.</summary>
    private static readonly Dictionary<string, ReportDiagnostic> s_silencedByTheSdk = new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };

    private GeneratedProject(GeneratorDriver driver, Compilation output)
    {
        Driver = driver;
        Output = output;
    }

    /// <summary>The generator after its run.</summary>
    public GeneratorDriver Driver { get; }

    /// <summary>The project with the emitted files.</summary>
    public Compilation Output { get; }

    /// <summary>The names of the emitted files, and their text.</summary>
    public IReadOnlyDictionary<string, string> Files => Driver.GetRunResult().Results.Single().GeneratedSources
        .ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    /// <summary>Every warning and error of the project, the emitted files included.</summary>
    public IReadOnlyList<string> Problems => [.. Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.ToString())];

    /// <summary>Compiles a project.</summary>
    /// <param name="sources">Its files.</param>
    public static GeneratedProject Compile(params string[] sources) => Compile(Create(sources));

    /// <summary>Runs the generator on a compilation.</summary>
    public static GeneratedProject Compile(Compilation compilation)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new AdapterToolkitGenerator().AsSourceGenerator()],
            parseOptions: s_parsing,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        return new GeneratedProject(driver, output);
    }

    /// <summary>Makes a compilation without generated files, every warning on.</summary>
    public static CSharpCompilation Create(params string[] sources) => CSharpCompilation.Create(
        "Users.Project",
        sources.Select((source, i) => Parse(source, $"File{i}.cs")),
        [.. Net100.References.All, .. ToolkitReferences()],
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable,
            warningLevel: 9999,
            specificDiagnosticOptions: s_silencedByTheSdk));

    /// <summary>Parses a file.</summary>
    public static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, s_parsing, path);

    private static IEnumerable<MetadataReference> ToolkitReferences() =>
        new Assembly[] { typeof(Linear).Assembly, typeof(Context).Assembly }.Select(assembly => MetadataReference.CreateFromFile(assembly.Location));
}
