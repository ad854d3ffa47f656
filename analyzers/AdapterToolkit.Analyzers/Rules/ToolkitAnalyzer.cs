using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
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

    /// <summary>
    /// Registers what looks at bodies. Those of a file are looked at together, once the compiler has read it, so that all others are neither bound nor
    /// handed round.
    /// </summary>
    /// <param name="start">The compilation.</param>
    /// <param name="choose">Gives the members of a file that can matter.</param>
    /// <param name="analyze">Looks at a body.</param>
    private protected static void RegisterBodyAction(
        CompilationStartAnalysisContext start, Func<SyntaxTree, CancellationToken, IEnumerable<MemberNames>> choose, Action<BodyContext> analyze)
    {
        Bodies bodies = Bodies.Of(start.Compilation);
        start.RegisterSemanticModelAction(file =>
        {
            CancellationToken cancellation = file.CancellationToken;
            foreach (MemberNames member in choose(file.SemanticModel.SyntaxTree, cancellation))
            {
                if (file.FilterSpan is { } span && !member.Node.FullSpan.IntersectsWith(span))
                    continue;
                foreach (ISymbol symbol in member.SymbolsIn(bodies.ModelOf(file.SemanticModel.SyntaxTree), cancellation))
                {
                    if (bodies.GraphOf(symbol, cancellation) is { } graph)
                        analyze(new BodyContext(file, symbol, graph));
                }
            }
        });
    }

    /// <summary>Whether a compilation uses the toolkit. One that does not can't break a rule about its types, however much else there is to look at.</summary>
    private protected static bool IsToolkitUsed(Compilation compilation) => LibraryUse.IsIn(compilation, "AdapterToolkit");

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
