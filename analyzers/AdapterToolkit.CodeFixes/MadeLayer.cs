using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>Reads how the layer of a member is made.</summary>
internal static class MadeLayer
{
    /// <summary>The size of the layer that a member is initialized with; null where it can't be told.</summary>
    public static LayerSize? SizeOf(ISymbol member, SemanticModel model, KnownTypes types)
    {
        ExpressionSyntax? made = member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            _ => null,
        };
        if (made is not BaseObjectCreationExpressionSyntax { ArgumentList: var arguments }
            || made.SyntaxTree != model.SyntaxTree || model.GetSymbolInfo(made).Symbol is not IMethodSymbol constructor)
            return null;
        Dictionary<string, LayerSize.Dimension> given = LayerSize.ArgumentsOf(arguments?.Arguments ?? default, constructor, value =>
            model.GetConstantValue(value) is { HasValue: true, Value: { } constant }
                ? new LayerSize.Dimension(constant, null)
                : new LayerSize.Dimension(null, value));
        return LayerSize.Of(constructor, given, model.Compilation, types);
    }
}
