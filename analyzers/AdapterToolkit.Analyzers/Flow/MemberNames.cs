using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>One member of a file: a method, property, field, or the header of a class, which is its primary constructor.</summary>
/// <param name="node">Its declaration.</param>
/// <param name="names">What it is called where it is used.</param>
/// <param name="types">The classes around it, the innermost first.</param>
/// <param name="place">Its place among the members of the file.</param>
internal sealed class MemberNames(SyntaxNode node, ImmutableArray<string> names, ImmutableArray<string> types, int place)
{
    /// <summary>The declaration.</summary>
    public SyntaxNode Node => node;

    /// <summary>What it is called where it is used; a constructor is called as its class.</summary>
    public ImmutableArray<string> Names => names;

    /// <summary>The classes around it, the innermost first.</summary>
    public ImmutableArray<string> Types => types;

    /// <summary>Its place among the members of the file.</summary>
    public int Place => place;

    /// <summary>The names of what its body assigns, or calls a method of.</summary>
    public HashSet<string> Writes { get; } = [];

    /// <summary>Whether it can be used in its class alone.</summary>
    public bool IsPrivate { get; } = node is MemberDeclarationSyntax member and not (BaseTypeDeclarationSyntax or ConstructorDeclarationSyntax)
        && DeclaredType.IsPrivate(member);

    /// <summary>Whether it overrides a member of a base class.</summary>
    public bool IsOverride { get; } = node is MemberDeclarationSyntax overriding && overriding.Modifiers.Any(modifier => modifier.Text == "override");

    /// <summary>The methods, fields and properties that it declares and that may have a body.</summary>
    /// <param name="model">The semantic model of the file.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public IEnumerable<ISymbol> SymbolsIn(SemanticModel model, CancellationToken cancellation)
    {
        switch (node)
        {
            case BaseFieldDeclarationSyntax field:
                foreach (VariableDeclaratorSyntax variable in field.Declaration.Variables)
                {
                    if (variable.Initializer is not null && model.GetDeclaredSymbol(variable, cancellation) is { } declared)
                        yield return declared;
                }

                break;
            case TypeDeclarationSyntax type:
                if (model.GetDeclaredSymbol(type, cancellation) is INamedTypeSymbol owner)
                {
                    foreach (IMethodSymbol constructor in owner.InstanceConstructors)
                    {
                        if (constructor.DeclaringSyntaxReferences.Any(reference => reference.SyntaxTree == node.SyntaxTree && reference.Span == node.Span))
                            yield return constructor;
                    }
                }

                break;
            default:
                foreach (ISymbol symbol in FunctionsOf(model.GetDeclaredSymbol(node, cancellation)))
                    yield return symbol;
                break;
        }
    }

    private static IEnumerable<ISymbol> FunctionsOf(ISymbol? symbol) => symbol switch
    {
        // The other part of a partial method has the body.
        IMethodSymbol { PartialImplementationPart: not null } => [],
        IMethodSymbol method => [method],
        IPropertySymbol { PartialImplementationPart: not null } => [],
        IPropertySymbol property => [property, .. new ISymbol?[] { property.GetMethod, property.SetMethod }.OfType<ISymbol>()],
        IEventSymbol happening => new ISymbol?[] { happening.AddMethod, happening.RemoveMethod }.OfType<ISymbol>(),
        _ => [],
    };
}
