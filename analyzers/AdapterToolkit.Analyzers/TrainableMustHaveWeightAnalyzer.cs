using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0006: a member marked <c>[Trainable]</c> holds nothing that can train.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TrainableMustHaveWeightAnalyzer()
    : AnnotatedClassAnalyzer(Rules.TrainableWithoutWeight, static holder => TrainableRules.CheckWithoutWeight(holder.Type, holder.Types));
