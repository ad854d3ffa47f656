using AdapterToolkit.Analyzers.Reach;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// ADT0104: <c>Forward</c> never reaches a module that has an adapter. Where a model reaches no adapter at all, ADT0202 says so
/// of the model, and this rule is silent about its parts.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardShouldReachEveryAdapterAnalyzer() : ReachAnalyzer(Rules.AdapterNeverReached)
{
    private protected override void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach)
    {
        if (!KnownTypes.IsMarkedModel(type))
            return;
        Child[] unreached = [.. reach.Unreached(type)];
        if (unreached.Length == 0 || reach.IsOnlyInModelsThatTrainNothing(type))
            return;
        foreach (Child child in unreached)
            context.ReportDiagnostic(Diagnostic.Create(Rules.AdapterNeverReached, child.Member.Locations[0], child.Member.Name, type.Name));
    }
}
