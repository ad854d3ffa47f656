using AdapterToolkit.Analyzers.Domains.Reach;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0202: nothing in a model would train: it holds nothing that could, or its <c>Forward</c> reaches none of it. A model is a
/// <c>LanguageModel</c>, or a class marked <c>[AdapterModel]</c> that is no part of another one.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelShouldReachAnAdapterAnalyzer() : ReachAnalyzer(s_rule)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0202",
        "No adapter is reachable in a model",
        "Nothing in '{0}' would train: its Forward reaches no layer marked [LowRank], and no member marked [Trainable]; run one there, or mark one",
        "Differentiation",
        DiagnosticSeverity.Warning,
        "A model learns through its adapters, and through what is marked [Trainable]. This one has neither, so that training it would change nothing.");

    private protected override void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach)
    {
        if (!KnownTypes.HasAttribute(type, RuntimeNames.AdapterModelAttribute) && !reach.Types.IsRoot(type))
            return;
        DiagnosticSpec[] found = [.. ModelRules.CheckReach(type, reach.Types, context.Compilation)];
        if ((found.Length == 0 && !reach.TrainsNothing(type)) || reach.IsUnfinished(type))
            return;
        Found.Report(context, s_rule, found);
        if (found.Length == 0)
            context.ReportDiagnostic(Diagnostic.Create(s_rule, type.Locations[0], type.Name));
    }
}
