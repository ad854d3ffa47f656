using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0006: a member marked <c>[Trainable]</c> holds nothing that can train.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TrainableMustHaveWeightAnalyzer()
    : AnnotatedClassAnalyzer(s_rule, static holder => TrainableRules.CheckWithoutWeight(holder.Type, holder.Types))
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0006",
        "A member that can't train is marked trainable",
        "'{0}' is marked [Trainable], but {1}; the attribute goes on an RmsNorm of a model, or on a list of them",
        "Adapters",
        DiagnosticSeverity.Error,
        "[Trainable] lets the own weight of a module train together with the adapters. Norms have such a weight; "
            + "linear layers train by their adapter, and embeddings, heads and modules made of others have none.");
}
