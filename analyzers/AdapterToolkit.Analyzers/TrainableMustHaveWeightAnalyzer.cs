using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0006: a member marked <c>[Trainable]</c> holds nothing that can train.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TrainableMustHaveWeightAnalyzer() : AnnotatedClassAnalyzer(Rules.TrainableWithoutWeight)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        TrainableRules.CheckWithoutWeight(type, types);
}
