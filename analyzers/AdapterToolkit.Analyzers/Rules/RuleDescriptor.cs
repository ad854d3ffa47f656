using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>Describes rules. Each has a page, <c>analyzers/rules/ADTxxxx.md</c>.</summary>
internal static class RuleDescriptor
{
    private const string Pages = "https://github.com/adapter-toolkit/adapter-toolkit/blob/main/analyzers/rules/";

    /// <summary>Describes a rule that is on by default.</summary>
    /// <param name="id">Its id: <c>ADTxxxx</c>.</param>
    /// <param name="title">The mistake.</param>
    /// <param name="message">What is said of one place: the thing that is wrong, and the remedy.</param>
    /// <param name="category">What it is about.</param>
    /// <param name="severity">How bad it is.</param>
    /// <param name="description">Why it is a mistake.</param>
    public static DiagnosticDescriptor Create(
        string id, string title, string message, string category, DiagnosticSeverity severity, string description) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, description, Pages + id + ".md");
}
