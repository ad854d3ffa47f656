using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0002: the rank is not positive, or not below the smaller dimension of a layer whose dimensions are known.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RankMustBeInRangeAnalyzer()
    : AnnotatedClassAnalyzer(Rules.RankOutOfRange, static layer => LayerRules.CheckRank(layer.Type, layer.Compilation, layer.Cancellation));
