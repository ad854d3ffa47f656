using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0201: the <c>Forward</c> of a class marked <c>[AdapterModel]</c> contains what can't be differentiated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ForwardMustBeDifferentiableAnalyzer() : AnnotatedClassAnalyzer(s_rule, Check)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0201",
        "An expression in Forward can't be differentiated",
        "Forward can't be differentiated here: {0}; {1}",
        "Differentiation",
        DiagnosticSeverity.Error,
        "The Forward of a class marked [AdapterModel] is differentiated at compile time. It is made of modules, operators with [Gradient], "
            + "arithmetic on tensors and numbers, locals, branches, loops, returns, and calls of helpers that are neither virtual nor recursive; "
            + "values that are no tensors are free.");

    private static IEnumerable<DiagnosticSpec> Check(ClassContext context)
    {
        if (!KnownTypes.HasAttribute(context.Type, RuntimeNames.AdapterModelAttribute))
            return [];
        Discovered<ModelSpec> model = ModelDiscovery.Read(context.Type, context.Compilation, context.Cancellation);
        return ModelLifter.Lift(model, context.Type, context.Compilation, context.Cancellation).Diagnostics;
    }
}
