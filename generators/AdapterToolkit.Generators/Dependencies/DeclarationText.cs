using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>
/// Writes down what the meaning of code elsewhere can depend on: all tokens but those of bodies, and of initializers that are no constants.
/// </summary>
internal sealed class DeclarationText
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _identifiers = new(StringComparer.Ordinal);

    /// <summary>The names that were written.</summary>
    public IReadOnlyCollection<string> Identifiers => _identifiers;

    /// <summary>What was written, as one declaration.</summary>
    public Declaration ToDeclaration() => new(_text.ToString(), _identifiers);

    /// <summary>Adds text that names nothing.</summary>
    public void Add(string text) => _text.Append(text).Append('\n');

    /// <summary>Adds a declaration.</summary>
    public void Add(SyntaxNode node)
    {
        Write(node);
        _text.Append('\n');
    }

    /// <summary>Adds all names in a piece of code, bodies included, and no text.</summary>
    public void AddNames(SyntaxNode node)
    {
        foreach (SyntaxToken token in node.DescendantTokens())
            AddName(token);
    }

    /// <summary>Adds names.</summary>
    public void AddNames(IEnumerable<string> names) => _identifiers.UnionWith(names);

    private void Write(SyntaxNode node)
    {
        switch (node)
        {
            case BlockSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax } or ArrowExpressionClauseSyntax:
                WriteBody(node);
                return;
            case EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax }:
            case EqualsValueClauseSyntax { Parent.Parent.Parent: BaseFieldDeclarationSyntax field } when !field.Modifiers.Any(SyntaxKind.ConstKeyword):
                _text.Append("= ");
                WriteNullable(node);
                return;
            case MemberDeclarationSyntax:
                _text.Append(node.RawKind).Append(' ');
                break;
        }

        foreach (SyntaxNodeOrToken child in node.ChildNodesAndTokens())
        {
            if (child.AsNode() is { } inner)
                Write(inner);
            else
                WriteToken(child.AsToken());
        }
    }

    private void WriteToken(SyntaxToken token)
    {
        if (token.ContainsDirectives)
            WriteNullable(token.LeadingTrivia);
        _text.Append(token.Text).Append(' ');
        AddName(token);
    }

    /// <summary>Of a body it shows only that it is there, and of a property's, whether it uses the field behind it.</summary>
    private void WriteBody(SyntaxNode body)
    {
        _text.Append(body is BlockSyntax ? "{ } " : "=> ");
        if (body.DescendantTokens().Any(token => token.Text == "field"))
            _text.Append("field ");
        WriteNullable(body);
    }

    /// <summary>Writes what in a body decides how what follows the body treats null.</summary>
    private void WriteNullable(SyntaxNode body)
    {
        if (body.ContainsDirectives)
            WriteNullable(body.DescendantTrivia());
    }

    private void WriteNullable(IEnumerable<SyntaxTrivia> trivia)
    {
        foreach (SyntaxTrivia directive in trivia.Where(trivia => trivia.IsKind(SyntaxKind.NullableDirectiveTrivia)))
            _text.Append(directive.ToFullString());
    }

    /// <summary>Adds a name; one of an attribute also in its long form.</summary>
    private void AddName(SyntaxToken token)
    {
        if (!token.IsKind(SyntaxKind.IdentifierToken))
            return;
        _identifiers.Add(token.ValueText);
        if (token.Parent?.FirstAncestorOrSelf<AttributeSyntax>() is { } attribute && attribute.Name.Span.Contains(token.Span))
            _identifiers.Add(token.ValueText + "Attribute");
    }
}
