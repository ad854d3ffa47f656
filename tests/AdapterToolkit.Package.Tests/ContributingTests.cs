using System.Text.RegularExpressions;
using AdapterToolkit.Tests.Shared;
using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>CONTRIBUTING.md names files that exist, and its walks are as short as they must be.</summary>
public sealed partial class ContributingTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(SolutionFolder.Find(), "CONTRIBUTING.md"));

    [Fact]
    public void Every_link_leads_to_a_file_or_a_folder()
    {
        string[] targets = [.. Link().Matches(s_text).Select(link => link.Groups["target"].Value).Distinct()];
        Assert.True(targets.Length > 20, $"Only {targets.Length} links were found.");
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(SolutionFolder.Find(), target)), $"{target} does not exist."));
    }

    [Fact]
    public void Every_folder_of_a_new_file_exists()
    {
        string[] folders = [.. NewFile().Matches(s_text).Select(file => file.Groups["folder"].Value).Distinct()];
        Assert.NotEmpty(folders);
        Assert.All(folders, folder => Assert.True(Directory.Exists(Path.Combine(SolutionFolder.Find(), folder)), $"{folder} does not exist."));
    }

    [Theory]
    [InlineData("Add an operator", 4)]
    [InlineData("Add a quantized format", 6)]
    [InlineData("Add a kind of term", 5)]
    [InlineData("Add a target", 6)]
    [InlineData("Add a model family", 4)]
    public void A_walk_touches_few_files(string heading, int most)
    {
        string[] sections = s_text.Split("\n## ");
        string walk = Assert.Single(sections, section => section.StartsWith(heading + "\n", StringComparison.Ordinal));
        string[] steps = [.. Step().Split(walk).Skip(1)];
        Assert.InRange(steps.Length, 2, most);
        Assert.All(steps, step => Assert.Matches(@"\A(\[[^\]]+\]\([^)]+\)|`[^`]+<[^`]+`)", step));
    }

    [GeneratedRegex(@"\]\((?<target>[^)#:]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<folder>[^`<\s]+)/[^`/\s]*<[^`]*`")]
    private static partial Regex NewFile();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.Multiline)]
    private static partial Regex Step();
}
