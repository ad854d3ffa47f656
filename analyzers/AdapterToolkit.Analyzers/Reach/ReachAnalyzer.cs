using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Reach;

/// <summary>A rule about what the <c>Forward</c> of models reaches. All such rules share what is found of a compilation.</summary>
public abstract class ReachAnalyzer : DiagnosticAnalyzer
{
    private static readonly ConditionalWeakTable<Compilation, ForwardReach> s_reaches = new();

    private protected ReachAnalyzer(DiagnosticDescriptor rule) => SupportedDiagnostics = [rule];

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(RuntimeNames.AdapterModelAttribute) is null)
                return;
            ForwardReach reach = s_reaches.GetValue(start.Compilation, static compilation => new ForwardReach(compilation));
            start.RegisterSymbolAction(
                context =>
                {
                    if (context.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type)
                        Analyze(context, type, reach);
                },
                SymbolKind.NamedType);
        });
    }

    /// <summary>Reports what is wrong with a class.</summary>
    private protected abstract void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach);
}
