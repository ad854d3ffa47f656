using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0003: the rank is in range, but so high that A and B hold as many numbers as W.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankShouldSaveNumbersAnalyzer()
    : AnnotatedClassAnalyzer(s_rule, static layer => LayerRules.CheckRank(layer.Type, layer.Compilation, layer.Cancellation))
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0003",
        "The factors of an adapter hold as many numbers as the weight",
        "At rank {1}, the factors of '{0}' hold {2} numbers and its weight holds {3}, so that the adapter saves nothing; lower the rank",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A low-rank adapter trains rank x (in + out) numbers in place of in x out. At this rank that is no fewer.");
}
