using System.Globalization;
using AdapterToolkit.Package.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(PackedToolkit))]

namespace AdapterToolkit.Package.Tests;

/// <summary>
/// The packages as <c>dotnet pack</c> makes them, in a feed of their own, and projects outside the repository that reference them.
/// Restored packages lie in a folder of its own too, so that nothing of the test stays in the user's. All tests share it.
/// </summary>
public sealed class PackedToolkit : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adapter-toolkit-package-").FullName;
    private readonly string _installed;

    public PackedToolkit()
    {
        Version = $"0.0.0-test.{DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture)}";
        _installed = DotNet.Run(_folder, "nuget", "locals", "global-packages", "--list", "--force-english-output").Succeeded().Output.Split(": ", 2)[1].Trim();
        Sources = Path.Combine(_folder, "sources");
        SourceCopy.To(Sources);
        Feed = Pack(Sources, "feed", [.. Libraries, "AdapterToolkit.Templates"]);
    }

    /// <summary>The packages that bring a library.</summary>
    public static IReadOnlyList<string> Libraries { get; } = ["AdapterToolkit", "AdapterToolkit.Models"];

    /// <summary>The folder of the sources that they were packed from.</summary>
    public string Sources { get; }

    /// <summary>The folder of the packages.</summary>
    public string Feed { get; }

    /// <summary>Their version.</summary>
    public string Version { get; }

    /// <summary>Packs projects.</summary>
    /// <param name="sources">A copy of the sources.</param>
    /// <param name="feed">The name of the folder that receives the packages.</param>
    /// <param name="projects">The projects.</param>
    /// <returns>The folder of the packages.</returns>
    public string Pack(string sources, string feed, params string[] projects)
    {
        string folder = Path.Combine(_folder, feed);
        foreach (string project in projects)
            DotNet.Run(sources, "pack", Path.Combine("src", project), "-c", "Release", "-o", folder, $"-p:PackageVersion={Version}", "-v", "quiet").Succeeded();
        return folder;
    }

    /// <summary>A new folder outside the repository.</summary>
    /// <param name="name">Its name.</param>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Lets the projects of a folder find the packages.</summary>
    /// <param name="folder">The folder.</param>
    public void UseFeed(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{_installed}</RestoreFallbackFolders>
              </PropertyGroup>
            </Project>
            """);
    }

    /// <summary>A project that references the package AdapterToolkit and nothing else.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="sources">Its files, each with its name.</param>
    /// <returns>The project's folder.</returns>
    public string NewProject(string name, params (string Name, string Text)[] sources) => NewProject(name, Libraries[0], sources);

    /// <summary>A project that references one package and nothing else.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="package">The package.</param>
    /// <param name="sources">Its files, each with its name.</param>
    /// <returns>The project's folder.</returns>
    public string NewProject(string name, string package, params (string Name, string Text)[] sources)
    {
        string folder = NewFolder(name);
        UseFeed(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        foreach ((string file, string text) in sources)
            File.WriteAllText(Path.Combine(folder, file), text);
        return folder;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
