using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Every rule has an analyzer of its own, a page, a category and a description.</summary>
public sealed class RulePageTests
{
    [Fact]
    public void EveryRuleHasAPage()
    {
        string pages = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "analyzers", "AdapterToolkit.Analyzers", "Rules");
        DiagnosticDescriptor[] rules =
        [
            .. typeof(RankMustBeInRangeAnalyzer).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
                .SelectMany(type => ((DiagnosticAnalyzer)Activator.CreateInstance(type)!).SupportedDiagnostics),
        ];
        Assert.Equal(["ADT0001", "ADT0002", "ADT0003", "ADT0004", "ADT0005", "ADT0201", "ADT0202"], rules.Select(rule => rule.Id).Order());
        foreach (DiagnosticDescriptor rule in rules)
        {
            string page = File.ReadAllText(Path.Combine(pages, rule.Id + ".md"));
            Assert.StartsWith($"# {rule.Id}: {rule.Title}", page, StringComparison.Ordinal);
            Assert.EndsWith($"/{rule.Id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
            Assert.Contains($"**Severity:** {rule.DefaultSeverity.ToString().ToLowerInvariant()}", page, StringComparison.Ordinal);
        }
    }

    private static string Here() => Path.Combine(Solution.Folder(), "tests", "AdapterToolkit.Analyzers.Tests", "RulePageTests.cs");
}
