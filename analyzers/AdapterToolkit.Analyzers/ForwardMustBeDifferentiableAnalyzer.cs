using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0201: the <c>Forward</c> of a class marked <c>[AdapterModel]</c> contains what can't be differentiated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardMustBeDifferentiableAnalyzer() : AnnotatedClassAnalyzer(Rules.NotDifferentiable, Check)
{
    private static IEnumerable<DiagnosticSpec> Check(ClassContext context)
    {
        if (!KnownTypes.HasAttribute(context.Type, RuntimeNames.AdapterModelAttribute))
            return [];
        Discovered<ModelSpec> model = ModelDiscovery.Read(context.Type, context.Compilation, context.Cancellation);
        return ModelLifter.Lift(model, context.Type, context.Compilation, context.Cancellation).Diagnostics;
    }
}
