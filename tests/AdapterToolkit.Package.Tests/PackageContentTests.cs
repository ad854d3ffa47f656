using System.IO.Compression;
using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>What the package contains.</summary>
public sealed class PackageContentTests(PackedToolkit toolkit) : IClassFixture<PackedToolkit>
{
    [Fact]
    public void It_brings_library_generator_analyzers_fixes_and_what_describes_them()
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(toolkit.Feed, $"AdapterToolkit.{toolkit.Version}.nupkg"));
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Superset(
            new HashSet<string>
            {
                "lib/net10.0/AdapterToolkit.dll",
                "lib/net10.0/AdapterToolkit.xml",
                "analyzers/dotnet/cs/AdapterToolkit.Generators.dll",
                "analyzers/dotnet/cs/AdapterToolkit.Analyzers.dll",
                "analyzers/dotnet/cs/AdapterToolkit.CodeFixes.dll",
                "README.md",
                "icon.png",
            },
            names.ToHashSet());
        Assert.Equal(3, names.Count(name => name.StartsWith("analyzers/", StringComparison.Ordinal)));

        using StreamReader manifest = new(package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        string text = manifest.ReadToEnd();
        Assert.Contains("<license type=\"expression\">MIT</license>", text, StringComparison.Ordinal);
        Assert.Contains("<icon>icon.png</icon>", text, StringComparison.Ordinal);
        Assert.Contains("<readme>README.md</readme>", text, StringComparison.Ordinal);
        Assert.Contains("id=\"ILGPU\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("AdapterToolkit.Generators", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_symbols_lie_beside_it()
    {
        using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(toolkit.Feed, $"AdapterToolkit.{toolkit.Version}.snupkg"));
        Assert.Contains(symbols.Entries, entry => entry.FullName == "lib/net10.0/AdapterToolkit.pdb");
    }

    [Fact]
    public void A_project_that_references_nothing_else_runs_the_generated_kernels()
    {
        string folder = toolkit.NewProject("Consumer", ("Program.cs", Sources.Program));

        CommandResult result = DotNet.Run(folder, "run", "-c", "Release").Succeeded();

        Assert.Contains("y and dx are right", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Faulty_code_is_reported_in_the_build()
    {
        CommandResult questionable = DotNet.Run(toolkit.NewProject("Questionable", ("Program.cs", Sources.Questionable)), "build");
        CommandResult faulty = DotNet.Run(toolkit.NewProject("Faulty", ("Program.cs", Sources.Faulty)), "build");

        Assert.Equal(0, questionable.ExitCode);
        Assert.Contains("warning ADT0108", questionable.Output, StringComparison.Ordinal);
        Assert.Contains("warning ADT0103", questionable.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, faulty.ExitCode);
        Assert.Contains("error ADT0001", faulty.Output, StringComparison.Ordinal);
        Assert.Contains("error ADT0004", faulty.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_builds_and_trains_at_once()
    {
        string folder = toolkit.NewFolder("template");
        string hive = Path.Combine(folder, "hive");
        toolkit.UseFeed(folder);
        DotNet.Run(folder, "new", "install", Path.Combine(toolkit.Feed, $"AdapterToolkit.Templates.{toolkit.Version}.nupkg"), "--debug:custom-hive", hive).Succeeded();
        DotNet.Run(folder, "new", "adapter-model", "-o", "Poet", "--toolkit-version", toolkit.Version, "--debug:custom-hive", hive).Succeeded();

        CommandResult result = DotNet.Run(Path.Combine(folder, "Poet"), "run", "-c", "Release").Succeeded();

        Assert.Contains("The loss fell", result.Output, StringComparison.Ordinal);
        Assert.Contains("namespace Poet;", File.ReadAllText(Path.Combine(folder, "Poet", "Projection.cs")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "Poet", "adapter", "adapter_model.safetensors")));
    }
}
