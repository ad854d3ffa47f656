using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0001: an annotated class is not partial, not of the kind its attribute is for, or static, or a layer is not annotated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassMustBePartialAndOfItsKindAnalyzer() : AnnotatedClassAnalyzer(Rules.ClassCannotBeCompleted, Check)
{
    private static IEnumerable<DiagnosticSpec> Check(ClassContext context)
    {
        bool isLayer = DeclarationRules.IsMarkedLayer(context.Type);
        return isLayer || KnownTypes.HasAttribute(context.Type, RuntimeNames.AdapterModelAttribute)
            ? DeclarationRules.Check(context.Type, context.Types, isLayer)
            : DeclarationRules.CheckUnmarked(context.Type, context.Types).Where(_ => !Unfinished.HasSyntaxError(context.Type));
    }
}
