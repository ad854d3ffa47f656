using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0003: the rank is in range, but so high that A and B hold as many numbers as W.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankShouldSaveNumbersAnalyzer()
    : AnnotatedClassAnalyzer(Rules.RankSavesNothing, static layer => LayerRules.CheckRank(layer.Type, layer.Compilation, layer.Cancellation));
