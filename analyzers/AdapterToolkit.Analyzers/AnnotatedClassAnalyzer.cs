using System.Collections.Immutable;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// A rule about classes that carry one of the toolkit's attributes. It looks at each class by itself, and asks discovery what
/// is wrong with it.
/// </summary>
public abstract class AnnotatedClassAnalyzer : DiagnosticAnalyzer
{
    private readonly DiagnosticDescriptor _rule;

    private protected AnnotatedClassAnalyzer(DiagnosticDescriptor rule)
    {
        _rule = rule;
        SupportedDiagnostics = [rule];
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(RuntimeNames.LowRankAttribute) is null)
                return;
            KnownTypes types = KnownTypes.Of(start.Compilation);
            start.RegisterSymbolAction(
                context =>
                {
                    if (context.Symbol is INamedTypeSymbol { TypeKind: TypeKind.Class } type)
                        Found.Report(context, _rule, Check(type, types, context.Compilation, context.CancellationToken));
                },
                SymbolKind.NamedType);
        });
    }

    /// <summary>Finds the mistakes of a class. Those of other rules may be among them.</summary>
    private protected abstract IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation);
}
