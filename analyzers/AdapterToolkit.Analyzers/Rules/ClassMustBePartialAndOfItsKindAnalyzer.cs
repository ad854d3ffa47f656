using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0001: an annotated class is not partial, not of the kind its attribute is for, or static, or a layer is not annotated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassMustBePartialAndOfItsKindAnalyzer() : AnnotatedClassAnalyzer(s_rule, Check)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0001",
        "The generator can't write the other half of an annotated class",
        "'{0}' {1}",
        "Declaration",
        DiagnosticSeverity.Error,
        "A class marked [LowRank], [Quantized] or [Frozen] is a partial class that derives from Linear, and a class that derives from Linear is marked so; "
            + "one marked [AdapterModel] is a partial class that derives from Module or names no base class. "
            + "Neither is static, and the classes around it are partial too.");

    private static IEnumerable<DiagnosticSpec> Check(ClassContext context)
    {
        bool isLayer = DeclarationRules.IsMarkedLayer(context.Type);
        return isLayer || KnownTypes.HasAttribute(context.Type, RuntimeNames.AdapterModelAttribute)
            ? DeclarationRules.Check(context.Type, context.Types, isLayer)
            : DeclarationRules.CheckUnmarked(context.Type, context.Types).Where(_ => !Unfinished.HasSyntaxError(context.Type));
    }
}
