using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>What the toolkit's analyzers have in common: they run concurrently, look at no generated code, and start anew for each compilation.</summary>
public abstract class ToolkitAnalyzer : DiagnosticAnalyzer
{
    private protected ToolkitAnalyzer(params ImmutableArray<DiagnosticDescriptor> rules) => SupportedDiagnostics = rules;

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    /// <summary>Registers what looks at the code of a compilation.</summary>
    private protected abstract void Start(CompilationStartAnalysisContext start);

    /// <summary>Registers what looks at each class by itself.</summary>
    private protected static void RegisterClassAction(CompilationStartAnalysisContext start, Action<SymbolAnalysisContext, INamedTypeSymbol> analyze) =>
        start.RegisterSymbolAction(
            context =>
            {
                if (context.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type)
                    analyze(context, type);
            },
            SymbolKind.NamedType);
}
