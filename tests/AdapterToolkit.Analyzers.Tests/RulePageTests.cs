using System.Globalization;
using System.Reflection;
using System.Text;
using AdapterToolkit.Analyzers.Rules;
using AdapterToolkit.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Every rule has an analyzer, a page, a row in the table, a category and a description.</summary>
public sealed class RulePageTests
{
    private static readonly string s_pages = Path.Combine(SolutionFolder.Find(), "analyzers", "rules");

    private static DiagnosticDescriptor[] Descriptors =>
    [
        .. typeof(RankMustBeInRangeAnalyzer).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(member => member.FieldType == typeof(DiagnosticDescriptor))
            .Select(rule => (DiagnosticDescriptor)rule.GetValue(null)!).OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    /// <summary>One analyzer of each kind.</summary>
    internal static DiagnosticAnalyzer[] Analyzers =>
    [
        .. typeof(RankMustBeInRangeAnalyzer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    [Fact]
    public void EveryRuleIsReportedByOneAnalyzer()
    {
        string[] reported = [.. Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Order(StringComparer.Ordinal)];
        Assert.Equal(Descriptors.Select(rule => rule.Id), reported);
        Assert.Equal(17, reported.Length);
    }

    [Fact]
    public void EveryRuleHasAPage()
    {
        foreach (DiagnosticDescriptor rule in Descriptors)
        {
            string page = File.ReadAllText(Path.Combine(s_pages, rule.Id + ".md"));
            Assert.StartsWith($"# {rule.Id}: {rule.Title}\n", page, StringComparison.Ordinal);
            Assert.EndsWith($"/analyzers/rules/{rule.Id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
            Assert.Contains($"**Severity:** {rule.DefaultSeverity.ToString().ToLowerInvariant()}\n", page, StringComparison.Ordinal);
            foreach (string heading in new[] { "## Fires", "## Does not fire", "## What to do", "## How to suppress" })
                Assert.Contains(heading + "\n", page, StringComparison.Ordinal);
            Assert.NotEmpty(rule.Description.ToString(CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void TheTableListsEveryRule() => Assert.Equal(Table(), File.ReadAllText(Path.Combine(s_pages, "README.md")));

    private static string Table()
    {
        StringBuilder text = new("# Rules\n\nThe analyzers of the package report these. Severities can be changed in `.editorconfig`: "
            + "`dotnet_diagnostic.ADT0101.severity = error`.\n\n| id | rule | category | severity | code fix |\n|---|---|---|---|---|\n");
        HashSet<string> fixable = [.. Fixes.SelectMany(fix => fix.FixableDiagnosticIds)];
        foreach (DiagnosticDescriptor rule in Descriptors)
        {
            string severity = rule.DefaultSeverity.ToString().ToLowerInvariant(), fix = fixable.Contains(rule.Id) ? "yes" : "";
            text.Append(CultureInfo.InvariantCulture, $"| [{rule.Id}]({rule.Id}.md) | {rule.Title} | {rule.Category} | {severity} | {fix} |\n");
        }

        return text.ToString();
    }

    private static CodeFixProvider[] Fixes => [.. typeof(CodeFixes.MultiplyByFactorsFix).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract)
        .Select(type => (CodeFixProvider)Activator.CreateInstance(type)!)];
}
