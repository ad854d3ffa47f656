using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0004: a quantized layer asks for a number of bits, or a size of blocks, that there is not.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StorageMustBeSupportedAnalyzer()
    : AnnotatedClassAnalyzer(s_rule, static layer => LayerRules.CheckStorage(layer.Type))
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0004",
        "The storage of a quantized weight is not supported",
        "'{0}': {1}",
        "Quantization",
        DiagnosticSeverity.Error,
        "A weight is stored in 16, 8 or 4 bits, in blocks of 32 to 4096 weights whose number is a power of two.");
}
