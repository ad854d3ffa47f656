using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Tells what is not finished: where the compiler has an error to report already, so that what a rule would say is a guess.
/// It is asked only where a rule has something to say.
/// </summary>
internal static class Unfinished
{
    /// <summary>Whether a file that declares a class has a syntax error, so that parts of the class may be missing.</summary>
    public static bool HasSyntaxError(ISymbol type) => type.DeclaringSyntaxReferences.Any(reference => HasSyntaxError(reference.SyntaxTree));

    /// <summary>Whether a file has a syntax error.</summary>
    public static bool HasSyntaxError(SyntaxTree tree) => tree.GetRoot().ContainsDiagnostics && tree.GetDiagnostics().Any(IsError);

    /// <summary>Whether what a class is called, derives from or is marked with is not known: of itself, its base classes, or the classes around it.</summary>
    public static bool HasOpenHeader(ITypeSymbol type)
    {
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            for (ITypeSymbol? outer = current; outer is not null; outer = outer.ContainingType)
            {
                if (outer.TypeKind == TypeKind.Error || (outer.Name.Length == 0 && outer.TypeKind == TypeKind.Class) || outer.Interfaces.Any(IsUnknown)
                    || HasUnknownAttribute(outer) || HasUnknownBase(outer) || outer.DeclaringSyntaxReferences.Any(HasSyntaxErrorInHeader))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether a class may lack something, or have a member of a type that is not known.</summary>
    public static bool MayLackMembers(ITypeSymbol type) => HasSyntaxError(type) || HasOpenHeader(type) || type.GetMembers().Any(HasUnknownType);

    /// <summary>Whether a syntax error is inside the declaration of a class.</summary>
    public static bool HasSyntaxErrorInside(ISymbol type) =>
        type.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is { ContainsDiagnostics: true } node && node.GetDiagnostics().Any(IsError));

    /// <summary>Whether a member's type is not known.</summary>
    public static bool HasUnknownType(ISymbol member) => member switch
    {
        IFieldSymbol field => IsUnknown(field.Type),
        IPropertySymbol property => IsUnknown(property.Type),
        IMethodSymbol method => IsUnknown(method.ReturnType),
        _ => false,
    };

    /// <summary>Whether the compiler reports an error at a place, in the statement around it, or in what it uses.</summary>
    public static bool IsAt(Location location, Compilation compilation)
    {
        if (location.SourceTree is not { } tree || !compilation.ContainsSyntaxTree(tree))
            return false;
        SyntaxNode root = tree.GetRoot(), node = root.FindNode(location.SourceSpan, getInnermostNodeForTie: true);
        SemanticModel model = compilation.GetSemanticModel(tree);
        return UsesUnknown(node, model) || HasError(node, model) || DeclarationsUsedBy(node, model).Any(declaration => HasError(declaration, model));
    }

    private static bool HasError(SyntaxNode node, SemanticModel model)
    {
        SyntaxNode root = node.SyntaxTree.GetRoot();
        SyntaxNode? unit = UnitOf(node);
        return model.GetDiagnostics((unit ?? node).FullSpan).Any(error => IsError(error)
            && (error.Location.SourceSpan.IntersectsWith(node.Span) || UnitsAt(root, error.Location.SourceSpan).Contains(unit)));
    }

    /// <summary>Where the local variables are declared that an expression uses.</summary>
    private static IEnumerable<SyntaxNode> DeclarationsUsedBy(SyntaxNode node, SemanticModel model) =>
        node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(name => model.GetSymbolInfo(name).Symbol).OfType<ILocalSymbol>()
            .SelectMany(local => local.DeclaringSyntaxReferences).Select(reference => reference.GetSyntax()).Distinct();

    /// <summary>Whether the compiler reports an error in how a member of a class is declared: it may be meant to be another one.</summary>
    public static bool HasWrongMember(ISymbol type, Compilation compilation) => type.DeclaringSyntaxReferences.Any(reference =>
    {
        SyntaxNode root = reference.SyntaxTree.GetRoot();
        return compilation.ContainsSyntaxTree(reference.SyntaxTree) && compilation.GetSemanticModel(reference.SyntaxTree).GetDiagnostics(reference.Span)
            .Any(error => IsError(error)
                && UnitsAt(root, error.Location.SourceSpan).Any(unit => unit is MemberDeclarationSyntax and not BaseTypeDeclarationSyntax));
    });

    /// <summary>Whether an expression has a part of unknown type, or calls what may lack an attribute that is still being typed.</summary>
    private static bool UsesUnknown(SyntaxNode node, SemanticModel model)
    {
        foreach (ExpressionSyntax expression in node.DescendantNodesAndSelf().OfType<ExpressionSyntax>())
        {
            if (IsUnknown(model.GetTypeInfo(expression).Type))
                return true;
            if (expression is InvocationExpressionSyntax && model.GetSymbolInfo(expression).Symbol is IMethodSymbol method
                && (HasUnknownAttribute(method) || HasSyntaxError(method) || HasOpenHeader(method.ContainingType)))
                return true;
        }

        return false;
    }

    private static bool IsUnknown(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => IsUnknown(array.ElementType),
        INamedTypeSymbol { TypeKind: not TypeKind.Error, TypeArguments: { Length: > 0 } arguments } => arguments.Any(IsUnknown),
        _ => type.TypeKind == TypeKind.Error,
    };

    /// <summary>Whether a class names what it derives from, and that is no class and no interface.</summary>
    private static bool HasUnknownBase(ITypeSymbol type) =>
        type is { TypeKind: TypeKind.Class, BaseType.SpecialType: SpecialType.System_Object, Interfaces.Length: 0 }
            && type.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is TypeDeclarationSyntax { BaseList: not null } declaration
                && !NamesObject(declaration));

    private static bool NamesObject(TypeDeclarationSyntax declaration) =>
        declaration.BaseList!.Types.All(given => given.Type is PredefinedTypeSyntax or NameSyntax);

    private static bool HasUnknownAttribute(ISymbol symbol) =>
        symbol.DeclaringSyntaxReferences.Length > 0 && symbol.GetAttributes().Any(attribute => IsUnknown(attribute.AttributeClass));

    private static bool HasSyntaxErrorInHeader(SyntaxReference reference)
    {
        if (reference.GetSyntax() is not TypeDeclarationSyntax { ContainsDiagnostics: true } declaration)
            return false;
        int end = !declaration.OpenBraceToken.IsMissing && declaration.OpenBraceToken.RawKind != 0
            ? declaration.OpenBraceToken.Span.End
            : declaration.FullSpan.End;
        return declaration.GetDiagnostics().Any(error => IsError(error) && error.Location.SourceSpan.Start <= end);
    }

    /// <summary>The statements, or other units of code, that an error at a place belongs to: it may stand between two.</summary>
    private static IEnumerable<SyntaxNode?> UnitsAt(SyntaxNode root, TextSpan span)
    {
        int last = root.FullSpan.End - 1;
        yield return UnitOf(root.FindToken(Math.Max(0, Math.Min(span.Start, last))).Parent);
        yield return UnitOf(root.FindToken(Math.Max(0, Math.Min(span.Start - 1, last))).Parent);
    }

    private static SyntaxNode? UnitOf(SyntaxNode? node) =>
        node?.AncestorsAndSelf().FirstOrDefault(outer => outer is StatementSyntax or ArrowExpressionClauseSyntax
            or ParameterSyntax or AttributeSyntax or MemberDeclarationSyntax or AccessorDeclarationSyntax);

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;
}
