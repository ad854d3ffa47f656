using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>Tells which types a piece of code uses, named or not.</summary>
/// <param name="model">What the code means.</param>
internal sealed class TypeUses(SemanticModel model)
{
    /// <summary>The types that a node uses, without those that only the nodes in it use.</summary>
    public IEnumerable<INamedTypeSymbol> At(SyntaxNode node) =>
        SymbolsAt(node).SelectMany(TypesOf).Concat(TypesAt(node).SelectMany(NamedTypes)).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    /// <summary>What a node names, or calls without a name.</summary>
    private IEnumerable<ISymbol?> SymbolsAt(SyntaxNode node)
    {
        SymbolInfo info = model.GetSymbolInfo(node);
        IEnumerable<ISymbol?> named = info.Symbol is { } symbol ? [symbol] : info.CandidateSymbols;
        return named.Concat(node switch
        {
            ForEachVariableStatementSyntax loop => CallsOf(model.GetForEachStatementInfo(loop)).Concat(CallsOf(model.GetDeconstructionInfo(loop))),
            ForEachStatementSyntax loop => CallsOf(model.GetForEachStatementInfo(loop)),
            AwaitExpressionSyntax wait => [model.GetAwaitExpressionInfo(wait).GetAwaiterMethod],
            AssignmentExpressionSyntax { Left: TupleExpressionSyntax or DeclarationExpressionSyntax } assignment =>
                CallsOf(model.GetDeconstructionInfo(assignment)),
            QueryClauseSyntax clause => [model.GetQueryClauseInfo(clause).CastInfo.Symbol, model.GetQueryClauseInfo(clause).OperationInfo.Symbol],
            ExpressionSyntax { Parent: InitializerExpressionSyntax { RawKind: (int)SyntaxKind.CollectionInitializerExpression } } element =>
                [model.GetCollectionInitializerSymbolInfo(element).Symbol, ConversionOf(element)],
            ExpressionSyntax expression => [ConversionOf(expression)],
            _ => [],
        });
    }

    /// <summary>The types of a node: of an expression, of what it becomes, of a variable whose type is inferred.</summary>
    private IEnumerable<ITypeSymbol?> TypesAt(SyntaxNode node)
    {
        TypeInfo type = model.GetTypeInfo(node);
        ITypeSymbol? declared = node is MemberDeclarationSyntax ? null : model.GetDeclaredSymbol(node) switch
        {
            ILocalSymbol local => local.Type,
            IParameterSymbol parameter => parameter.Type,
            _ => null,
        };
        return [type.Type, type.ConvertedType, declared];
    }

    private IMethodSymbol? ConversionOf(ExpressionSyntax expression) => model.GetConversion(expression).MethodSymbol;

    private static IEnumerable<ISymbol?> CallsOf(ForEachStatementInfo loop) =>
        [loop.GetEnumeratorMethod, loop.CurrentProperty, loop.MoveNextMethod, loop.ElementConversion.MethodSymbol];

    private static IEnumerable<ISymbol?> CallsOf(DeconstructionInfo deconstruction) =>
        [deconstruction.Method, deconstruction.Conversion?.MethodSymbol, .. deconstruction.Nested.SelectMany(CallsOf)];

    /// <summary>The types that a symbol stands for: a type itself, that of which it is a member, and those that a call is given.</summary>
    private static IEnumerable<INamedTypeSymbol> TypesOf(ISymbol? symbol) => symbol switch
    {
        ITypeSymbol type => NamedTypes(type),
        IMethodSymbol { ReducedFrom: { } extension } method => NamedTypes(extension.ContainingType).Concat(method.TypeArguments.SelectMany(NamedTypes)),
        IMethodSymbol method => NamedTypes(method.ContainingType).Concat(method.TypeArguments.SelectMany(NamedTypes)),
        _ => NamedTypes(symbol?.ContainingType),
    };

    /// <summary>A type, those that it is made of, and those that it is nested in with what they are made of.</summary>
    private static IEnumerable<INamedTypeSymbol> NamedTypes(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => NamedTypes(array.ElementType),
        IPointerTypeSymbol pointer => NamedTypes(pointer.PointedAtType),
        IFunctionPointerTypeSymbol { Signature: var function } =>
            function.Parameters.Select(parameter => parameter.Type).Append(function.ReturnType).SelectMany(NamedTypes),
        INamedTypeSymbol named => [named.OriginalDefinition, .. named.TypeArguments.SelectMany(NamedTypes), .. NamedTypes(named.ContainingType)],
        _ => [],
    };
}
