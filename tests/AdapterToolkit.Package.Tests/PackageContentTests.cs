using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>What the packages contain.</summary>
public sealed class PackageContentTests(PackedToolkit toolkit)
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
    public void The_models_bring_themselves_and_all_of_the_toolkit()
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(toolkit.Feed, $"AdapterToolkit.Models.{toolkit.Version}.nupkg"));
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Superset(
            new HashSet<string> { "lib/net10.0/AdapterToolkit.Models.dll", "lib/net10.0/AdapterToolkit.Models.xml", "README.md", "icon.png" },
            names.ToHashSet());
        Assert.DoesNotContain(names, name => name.StartsWith("analyzers/", StringComparison.Ordinal));
        Assert.DoesNotContain("lib/net10.0/AdapterToolkit.dll", names);

        using StreamReader manifest = new(package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
        XElement dependency = Assert.Single(XDocument.Load(manifest).Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Equal("AdapterToolkit", dependency.Attribute("id")?.Value);
        Assert.Equal(toolkit.Version, dependency.Attribute("version")?.Value);
        Assert.Null(dependency.Attribute("exclude"));
    }

    [Fact]
    public void A_project_that_references_the_models_alone_loads_and_trains_one()
    {
        string folder = toolkit.NewProject("ModelConsumer", "AdapterToolkit.Models", ("Program.cs", Sources.ModelUse));

        CommandResult result = DotNet.Run(folder, "run", "-c", "Release", "--", BaseModel.Folder).Succeeded();

        Assert.Contains("LlamaModel`1 of Projection, rank 4", result.Output, StringComparison.Ordinal);
        Assert.Contains("the loss fell", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Their_symbols_lie_beside_them()
    {
        Assert.All(PackedToolkit.Libraries, library =>
        {
            using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(toolkit.Feed, $"{library}.{toolkit.Version}.snupkg"));
            Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{library}.pdb");
        });
    }

    [Fact]
    public void Another_clone_packs_the_same_bytes()
    {
        string other = toolkit.NewFolder("another/place/on/another/machine") + "/clone";
        SourceCopy.To(other);
        string feed = toolkit.Pack(other, "other-feed", [.. PackedToolkit.Libraries]);
        foreach (string file in PackedToolkit.Libraries.SelectMany(FilesOf))
        {
            Dictionary<string, byte[]> first = PackageFile.Read(Path.Combine(toolkit.Feed, file)), second = PackageFile.Read(Path.Combine(feed, file));
            Assert.Equal(first.Keys.Order(StringComparer.Ordinal), second.Keys.Order(StringComparer.Ordinal));
            Assert.All(first, entry => Assert.True(entry.Value.AsSpan().SequenceEqual(second[entry.Key]), $"{entry.Key} of {file} differs."));
        }
    }

    [Fact]
    public void Nothing_in_it_names_the_machine_it_was_packed_on()
    {
        foreach (string file in PackedToolkit.Libraries.SelectMany(FilesOf))
        {
            foreach ((string name, byte[] content) in PackageFile.Read(Path.Combine(toolkit.Feed, file)))
            {
                foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
                    Assert.False(content.AsSpan().IndexOf(encoding.GetBytes(toolkit.Sources)) >= 0, $"{name} contains the path of the sources.");
            }
        }
    }

    [Fact]
    public void Its_symbols_lead_to_the_published_sources()
    {
        byte[] symbols = PackageFile.Read(Path.Combine(toolkit.Feed, $"AdapterToolkit.{toolkit.Version}.snupkg"))["lib/net10.0/AdapterToolkit.pdb"];
        SymbolSources sources = SymbolSources.Read(symbols);

        string own = sources.UrlOf("/src/AdapterToolkit/Modules/Linear.cs");
        Assert.Equal(SourceCopy.Published + "src/AdapterToolkit/Modules/Linear.cs", own);
        Assert.All(sources.Documents,
            document => Assert.True(document.IsEmbedded || document.Url is not null, $"{document.Name} is neither published nor embedded."));
        Assert.Contains(sources.Documents, document => document.IsEmbedded && document.Name.EndsWith(".g.cs", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_that_references_nothing_else_runs_the_generated_kernels()
    {
        string folder = toolkit.NewProject("Consumer", ("Program.cs", Sources.Program));

        CommandResult result = DotNet.Run(folder, "run", "-c", "Release").Succeeded();

        Assert.Contains("y, dx, dA and dB are right", result.Output, StringComparison.Ordinal);
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
    public void Severities_are_what_the_project_says()
    {
        CommandResult strict = DotNet.Run(toolkit.NewProject("Strict", ("Program.cs", Sources.Questionable), (".editorconfig", Sources.Severities)), "build");

        Assert.NotEqual(0, strict.ExitCode);
        Assert.Contains("error ADT0108", strict.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ADT0103", strict.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_builds_and_trains_at_once()
    {
        string folder = toolkit.NewFolder("template");
        string hive = Path.Combine(folder, "hive");
        toolkit.UseFeed(folder);
        DotNet.Run(folder, "new", "install", Path.Combine(toolkit.Feed, $"AdapterToolkit.Templates.{toolkit.Version}.nupkg"), "--debug:custom-hive", hive)
            .Succeeded();
        DotNet.Run(folder, "new", "adapter-model", "-o", "Poet", "--toolkit-version", toolkit.Version, "--debug:custom-hive", hive).Succeeded();

        CommandResult result = DotNet.Run(Path.Combine(folder, "Poet"), "run", "-c", "Release").Succeeded();

        Assert.Contains("The loss fell", result.Output, StringComparison.Ordinal);
        Assert.Contains("namespace Poet;", File.ReadAllText(Path.Combine(folder, "Poet", "Projection.cs")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "Poet", "adapter", "adapter_model.safetensors")));
    }

    private IEnumerable<string> FilesOf(string library) => [$"{library}.{toolkit.Version}.nupkg", $"{library}.{toolkit.Version}.snupkg"];
}
