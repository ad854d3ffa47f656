using System.Xml.Linq;
using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The files of the toolkit that generator and analyzers compile too.</summary>
internal static class SharedSources
{
    /// <summary>The paths in full.</summary>
    public static IReadOnlyList<string> Files { get; } = Read();

    /// <summary>The generator's stages that the analyzers compile too.</summary>
    public static IEnumerable<string> StagesOfAnalyzers =>
        new[] { "Symbols", "Discovery", "Lifting", "Model" }.SelectMany(stage => FilesUnder($"generators/AdapterToolkit.Generators/{stage}"));

    /// <summary>The sources in a folder, its path counted from the solution's.</summary>
    public static string[] FilesUnder(string folder) =>
        Directory.GetFiles(Path.Combine([SolutionFolder.Find(), .. folder.Split('/')]), "*.cs", SearchOption.AllDirectories);

    private static string[] Read()
    {
        const string Here = "$(MSBuildThisFileDirectory)";
        string folder = Path.Combine(SolutionFolder.Find(), "generators");
        return
        [
            .. XDocument.Load(Path.Combine(folder, "SharedWithRuntime.props")).Descendants("SharedWithRuntime")
                .Select(item => item.Attribute("Include")!.Value)
                .Select(path => Path.GetFullPath(Path.Combine(folder, path.Replace(Here, string.Empty, StringComparison.Ordinal)))),
        ];
    }
}
