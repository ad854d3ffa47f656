using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0005: a member that holds a quantized layer is marked <c>[Trainable]</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class QuantizedWeightMustStayFrozenAnalyzer() : AnnotatedClassAnalyzer(Rules.QuantizedWeightTrains)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        TrainableRules.CheckQuantized(ChildDiscovery.ChildrenOf(type, types));
}
