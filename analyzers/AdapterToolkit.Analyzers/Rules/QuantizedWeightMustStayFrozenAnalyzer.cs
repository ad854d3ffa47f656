using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0005: a member that holds a quantized layer is marked <c>[Trainable]</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class QuantizedWeightMustStayFrozenAnalyzer()
    : AnnotatedClassAnalyzer(s_rule, static holder => TrainableRules.MarksAny(holder.Type)
        ? TrainableRules.CheckQuantized(ChildDiscovery.ChildrenOf(holder.Type, holder.Types))
        : [])
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0005",
        "A quantized weight is marked trainable",
        "'{0}' is marked [Trainable], but the weight of {1} is quantized and can't follow a gradient; mark {1} [LowRank], and not its member",
        "Quantization",
        DiagnosticSeverity.Error,
        "The few values that a quantized weight can have are too far apart for the steps of an optimizer. "
            + "Train an adapter beside it, or store the weight as it is.");
}
