using System.Collections.Immutable;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
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
        MetadataReference.CreateFromFile(typeof(Module).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(CausalModel).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.ArrayView<float>).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ScottPlot.Plot).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(SkiaSharp.SKColor).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(Spectre.Console.AnsiConsole).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(System.CommandLine.RootCommand).Assembly.Location),
        MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, "References", "TorchSharp.dll")),
    ];
}
