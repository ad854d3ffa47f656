using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Reach;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// ADT0104: <c>Forward</c> never reaches a module that has an adapter. Where a model reaches no adapter at all, ADT0202 says so
/// of the model, and this rule is silent about its parts.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardShouldReachEveryAdapterAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.AdapterNeverReached];

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
        if (context.Symbol is not INamedTypeSymbol { TypeKind: TypeKind.Class } type || !KnownTypes.IsMarkedModel(type))
            return;
        Child[] unreached = [.. reach.Unreached(type)];
        if (unreached.Length == 0 || reach.IsOnlyInModelsThatTrainNothing(type))
            return;
        foreach (Child child in unreached)
            context.ReportDiagnostic(Diagnostic.Create(Rules.AdapterNeverReached, child.Member.Locations[0], child.Member.Name, type.Name));
    }
}
