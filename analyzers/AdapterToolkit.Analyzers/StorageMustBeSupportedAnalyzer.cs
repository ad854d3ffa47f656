using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0004: a quantized layer asks for a number of bits, or a size of blocks, that there is not.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StorageMustBeSupportedAnalyzer() : AnnotatedClassAnalyzer(Rules.UnsupportedStorage)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        LayerRules.CheckStorage(type);
}
