using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0002: the rank is not positive, or not below the smaller dimension of a layer whose dimensions are known.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankMustBeInRangeAnalyzer() : AnnotatedClassAnalyzer(Rules.RankOutOfRange)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        LayerRules.CheckRank(type, compilation, cancellation);
}
