using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0201: the <c>Forward</c> of a class marked <c>[AdapterModel]</c> contains what can't be differentiated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardMustBeDifferentiableAnalyzer() : AnnotatedClassAnalyzer(Rules.NotDifferentiable)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation) =>
        KnownTypes.HasAttribute(type, RuntimeNames.AdapterModelAttribute)
            ? ModelLifter.Lift(ModelDiscovery.Read(type, compilation, cancellation), type, compilation, cancellation).Diagnostics
            : [];
}
