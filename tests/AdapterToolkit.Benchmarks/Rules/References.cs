using System.Collections.Immutable;
using System.Reflection;
using AdapterToolkit.Models;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>The assemblies that measured code is compiled against.</summary>
internal static class References
{
    /// <summary>Those of a project that uses both the toolkit and TorchSharp, of which nothing runs.</summary>
    public static ImmutableArray<MetadataReference> All { get; } =
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(Modules.Module).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(CausalModel).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.ArrayView<float>).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ScottPlot.Plot).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(SkiaSharp.SKColor).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Spectre.Console.AnsiConsole).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Spectre.Console.Style).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(System.CommandLine.RootCommand).Assembly.Location),
        MetadataReference.CreateFromFile(Path.Combine(Folder, "TorchSharp.dll")),
    ];

    /// <summary>Those of the generators that the SDK hands to every project which the samples use.</summary>
    public static ImmutableArray<ISourceGenerator> Generators { get; } =
    [
        Generator("System.Text.RegularExpressions.Generator", "System.Text.RegularExpressions.Generator.RegexGenerator"),
        Generator("System.Text.Json.SourceGeneration", "System.Text.Json.SourceGeneration.JsonSourceGenerator"),
    ];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "References");

    private static ISourceGenerator Generator(string assembly, string type) => ((IIncrementalGenerator)Activator.CreateInstance(
        Assembly.LoadFrom(Path.Combine(Folder, assembly + ".dll")).GetType(type, throwOnError: true)!)!).AsSourceGenerator();
}
