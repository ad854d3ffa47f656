using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Reach;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// ADT0202: nothing in a model would train: it holds nothing that could, or its <c>Forward</c> reaches none of it. A model is a
/// <c>LanguageModel</c>, or a class marked <c>[AdapterModel]</c> that is no part of another one.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelShouldReachAnAdapterAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.NothingTrains];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName(KnownTypes.ModelAttribute) is null)
                return;
            ForwardReach reach = new(start.Compilation);
            start.RegisterSymbolAction(context => Analyze(context, reach), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, ForwardReach reach)
    {
        if (context.Symbol is not INamedTypeSymbol { TypeKind: TypeKind.Class } type || !(KnownTypes.HasAttribute(type, KnownTypes.ModelAttribute) || reach.Types.IsLanguageModel(type)))
            return;
        DiagnosticSpec[] found = [.. ModelRules.CheckReach(type, reach.Types, context.Compilation)];
        Found.Report(context, Rules.NothingTrains, found);
        if (found.Length == 0 && reach.TrainsNothing(type))
            context.ReportDiagnostic(Diagnostic.Create(Rules.NothingTrains, type.Locations[0], type.Name));
    }
}
