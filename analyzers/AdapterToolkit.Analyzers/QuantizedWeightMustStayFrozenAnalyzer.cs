using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0005: a member that holds a quantized layer is marked <c>[Trainable]</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class QuantizedWeightMustStayFrozenAnalyzer()
    : AnnotatedClassAnalyzer(Rules.QuantizedWeightTrains, static holder => TrainableRules.CheckQuantized(ChildDiscovery.ChildrenOf(holder.Type, holder.Types)));
