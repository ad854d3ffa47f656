using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>
/// ADT0202: nothing in a model would train. A model is a <c>LanguageModel</c>, or a class marked <c>[AdapterModel]</c> that is
/// no part of another one.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelShouldReachAnAdapterAnalyzer() : AnnotatedClassAnalyzer(Rules.NothingTrains)
{
    private protected override IEnumerable<DiagnosticSpec> Check(INamedTypeSymbol type, KnownTypes types, Compilation compilation) =>
        KnownTypes.HasAttribute(type, KnownTypes.ModelAttribute) || types.IsLanguageModel(type) ? ModelRules.CheckReach(type, types, compilation) : [];
}
