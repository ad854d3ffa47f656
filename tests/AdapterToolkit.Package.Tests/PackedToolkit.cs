using System.Globalization;
using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Package.Tests;

/// <summary>
/// The package as <c>dotnet pack</c> makes it, in a feed of its own, and projects outside the repository that reference it.
/// Restored packages lie in a folder of its own too, so that nothing of the test stays in the user's.
/// </summary>
public sealed class PackedToolkit : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adapter-toolkit-package-").FullName;

    public PackedToolkit()
    {
        Version = $"0.0.0-test.{DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture)}";
        Feed = Path.Combine(_folder, "feed");
        foreach (string project in (string[])["src/AdapterToolkit", "src/AdapterToolkit.Templates"])
            DotNet.Run(SolutionFolder.Find(), "pack", project, "-c", "Release", "-o", Feed, $"-p:PackageVersion={Version}", "-v", "quiet").Succeeded();
    }

    /// <summary>The folder of the packages.</summary>
    public string Feed { get; }

    /// <summary>Their version.</summary>
    public string Version { get; }

    /// <summary>A new folder outside the repository.</summary>
    /// <param name="name">Its name.</param>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Lets the projects of a folder find the packages.</summary>
    /// <param name="folder">The folder.</param>
    public void UseFeed(string folder)
    {
        string installed = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{installed}</RestoreFallbackFolders>
              </PropertyGroup>
            </Project>
            """);
    }

    /// <summary>A project that references the package and nothing else.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="sources">Its files, each with its name.</param>
    /// <returns>The project's folder.</returns>
    public string NewProject(string name, params (string Name, string Text)[] sources)
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
                <PackageReference Include="AdapterToolkit" Version="{Version}" />
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
