using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0002: the rank is not positive, or not below the smaller dimension of a layer whose dimensions are known.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankMustBeInRangeAnalyzer()
    : AnnotatedClassAnalyzer(s_rule, static layer => LayerRules.CheckRank(layer.Type, layer.Compilation, layer.Cancellation))
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0002",
        "The rank of an adapter is out of range",
        "The rank {1} of '{0}' {2}",
        "Adapters",
        DiagnosticSeverity.Error,
        "The rank of a low-rank adapter is positive, and below the smaller of the layer's two dimensions: "
            + "from there on, B A has the freedom of a full matrix.");
}
