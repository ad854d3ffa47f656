using AdapterToolkit.Analyzers.Domains.Reach;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0104: <c>Forward</c> never reaches a module that has an adapter. Where a model reaches no adapter at all, ADT0202 says so
/// of the model, and this rule is silent about its parts.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardShouldReachEveryAdapterAnalyzer() : ReachAnalyzer(s_rule)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0104",
        "Forward never reaches an adapter",
        "Forward of '{1}' never reaches '{0}', so that its adapter would never train; run '{0}' in Forward, or remove it",
        "Differentiation",
        DiagnosticSeverity.Warning,
        "A layer that Forward does not run has no gradient. Its adapter stays as it started, while it is counted, held and saved.");

    private protected override void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach)
    {
        if (!KnownTypes.IsMarkedModel(type))
            return;
        Child[] unreached = [.. reach.Unreached(type)];
        if (unreached.Length == 0 || reach.IsOnlyInModelsThatTrainNothing(type))
            return;
        foreach (Child child in unreached)
            context.ReportDiagnostic(Diagnostic.Create(s_rule, child.Member.Locations[0], child.Member.Name, type.Name));
    }
}
