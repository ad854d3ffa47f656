using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0004: a quantized layer asks for a number of bits, or a size of blocks, that there is not.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StorageMustBeSupportedAnalyzer()
    : AnnotatedClassAnalyzer(Rules.UnsupportedStorage, static layer => LayerRules.CheckStorage(layer.Type));
