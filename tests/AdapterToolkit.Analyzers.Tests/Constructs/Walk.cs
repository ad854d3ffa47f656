using System.Collections.Concurrent;
using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Rules;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Runs all rules over constructs.</summary>
internal static class Walk
{
    /// <summary>The namespace in which methods can be interceptors.</summary>
    public const string Interceptors = nameof(Interceptors);

    private const string Usings = "global using System.Threading; global using System.Threading.Tasks;\n";

    private static readonly CSharpParseOptions s_options =
        new CSharpParseOptions(LanguageVersion.CSharp14).WithFeatures([new("InterceptorsNamespaces", Interceptors)]);
    private static readonly ConcurrentDictionary<Place, CSharpCompilation> s_places = new();

    /// <summary>A compilation of constructs at a place, a file for each, named after it.</summary>
    /// <param name="place">The place.</param>
    /// <param name="constructs">The constructs; one where the place is outside any type.</param>
    /// <param name="isHarmless">Whether nothing is wrong with the values that go through them.</param>
    public static CSharpCompilation Compile(Place place, IEnumerable<Construct> constructs, bool isHarmless = false) =>
        s_places.GetOrAdd(place, CompileShared).AddSyntaxTrees(constructs.Select((construct, i) =>
            Parse(place.Program(construct, i, isHarmless), FileOf(construct))));

    /// <summary>A file.</summary>
    /// <param name="text">What it holds.</param>
    /// <param name="name">Its name.</param>
    public static SyntaxTree Parse(string text, string name) => CSharpSyntaxTree.ParseText(text, s_options, name + ".cs");

    private static CSharpCompilation CompileShared(Place place) => CSharpCompilation.Create(
        "Constructs",
        [Parse(Usings + (place.IsOfTorch ? RuleTest<TensorUseAnalyzer>.TorchUsings : RuleTest<TensorUseAnalyzer>.Usings) + place.Shared, "Shared")],
        place.IsOfTorch ? [.. Net100.References.All, TorchSharpReference.Value] : RuleTest<TensorUseAnalyzer>.References,
        new CSharpCompilationOptions(
            place.IsTopLevel ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The name of the file in which a construct stands.</summary>
    public static string FileOf(Construct construct) => construct.Name.Replace('?', '_');

    /// <summary>What all rules report, by the names of the constructs, and the exceptions that ended a rule.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the walk early.</param>
    public static async Task<(ILookup<string, Diagnostic> Reported, IReadOnlyCollection<Exception> Thrown)> Run(
        Compilation compilation, CancellationToken cancellation)
    {
        ConcurrentBag<Exception> thrown = [];
        ImmutableArray<Diagnostic> found = await compilation.WithAnalyzers(
            [.. RulePageTests.Analyzers],
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]), (exception, _, _) => thrown.Add(exception), concurrentAnalysis: true, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync(cancellation);
        return (found.ToLookup(diagnostic => Path.GetFileNameWithoutExtension(diagnostic.Location.SourceTree?.FilePath ?? "")), thrown);
    }
}
