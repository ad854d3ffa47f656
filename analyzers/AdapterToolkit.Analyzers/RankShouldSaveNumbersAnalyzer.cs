using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0003: the rank is in range, but so high that A and B hold as many numbers as W.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankShouldSaveNumbersAnalyzer() : AnnotatedClassAnalyzer(Rules.RankSavesNothing)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        LayerRules.CheckRank(type, compilation, cancellation);
}
