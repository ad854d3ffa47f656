using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0001: an annotated class is not partial, not of the kind its attribute is for, generic or static, or a layer is not annotated.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassMustBePartialAndOfItsKindAnalyzer() : AnnotatedClassAnalyzer(Rules.ClassCannotBeCompleted)
{
    private protected override IEnumerable<DiagnosticSpec> Check(
        INamedTypeSymbol type, KnownTypes types, Compilation compilation, CancellationToken cancellation)
    {
        bool isLayer = DeclarationRules.IsMarkedLayer(type);
        return isLayer || KnownTypes.HasAttribute(type, RuntimeNames.AdapterModelAttribute)
            ? DeclarationRules.Check(type, types, isLayer)
            : DeclarationRules.CheckUnmarked(type, types).Where(_ => !Unfinished.HasSyntaxError(type));
    }
}
