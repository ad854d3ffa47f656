using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Domains.Reach;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>A rule about what the <c>Forward</c> of models reaches. All such rules share what is found of a compilation.</summary>
public abstract class ReachAnalyzer : ToolkitAnalyzer
{
    private static readonly ConditionalWeakTable<Compilation, ForwardReach> s_reaches = new();

    private protected ReachAnalyzer(DiagnosticDescriptor rule)
        : base(rule)
    {
    }

    /// <inheritdoc/>
    private protected sealed override void Start(CompilationStartAnalysisContext start)
    {
        if (start.Compilation.GetTypeByMetadataName(RuntimeNames.AdapterModelAttribute) is null || !IsToolkitUsed(start.Compilation))
            return;
        ForwardReach reach = s_reaches.GetValue(start.Compilation, static compilation => new ForwardReach(compilation));
        RegisterClassAction(start, (context, type) => Analyze(context, type, reach));
    }

    /// <summary>Reports what is wrong with a class.</summary>
    private protected abstract void Analyze(SymbolAnalysisContext context, INamedTypeSymbol type, ForwardReach reach);
}
