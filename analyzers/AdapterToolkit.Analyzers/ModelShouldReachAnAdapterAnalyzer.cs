using AdapterToolkit.Analyzers.Reach;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// ADT0202: nothing in a model would train: it holds nothing that could, or its <c>Forward</c> reaches none of it. A model is a
/// <c>LanguageModel</c>, or a class marked <c>[AdapterModel]</c> that is no part of another one.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelShouldReachAnAdapterAnalyzer() : ReachAnalyzer(Rules.NothingTrains)
{
    private protected override void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach)
    {
        if (!KnownTypes.HasAttribute(type, RuntimeNames.AdapterModelAttribute) && !reach.Types.IsRoot(type))
            return;
        DiagnosticSpec[] found = [.. ModelRules.CheckReach(type, reach.Types, context.Compilation)];
        if ((found.Length == 0 && !reach.TrainsNothing(type)) || reach.IsUnfinished(type))
            return;
        Found.Report(context, Rules.NothingTrains, found);
        if (found.Length == 0)
            context.ReportDiagnostic(Diagnostic.Create(Rules.NothingTrains, type.Locations[0], type.Name));
    }
}
