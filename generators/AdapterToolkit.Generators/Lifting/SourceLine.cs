using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>The user's source line, for the comment above what it caused.</summary>
internal static class SourceLine
{
    /// <summary>A statement on one line; of one with a body, what stands before the body.</summary>
    public static string Of(SyntaxNode node) => node switch
    {
        IfStatementSyntax selection => $"if ({Flat(selection.Condition)})",
        ForEachStatementSyntax loop => $"foreach ({Flat(loop.Type)} {loop.Identifier.Text} in {Flat(loop.Expression)})",
        ForEachVariableStatementSyntax loop => $"foreach ({Flat(loop.Variable)} in {Flat(loop.Expression)})",
        ForStatementSyntax loop => Flat(loop, loop.CloseParenToken.Span.End),
        WhileStatementSyntax loop => $"while ({Flat(loop.Condition)})",
        DoStatementSyntax loop => $"do ... while ({Flat(loop.Condition)})",
        SwitchStatementSyntax selection => $"switch ({Flat(selection.Expression)})",
        ArrowExpressionClauseSyntax body => $"return {Flat(body.Expression)};",
        ExpressionSyntax => $"{Flat(node)};",
        _ => Flat(node),
    };

    private static string Flat(SyntaxNode node, int end = int.MaxValue)
    {
        StringBuilder text = new();
        foreach (SyntaxToken token in node.DescendantTokens().Where(token => token.Span.End <= end))
        {
            if (text.Length > 0 && token.HasLeadingTrivia && text[text.Length - 1] != ' ')
                text.Append(' ');
            text.Append(token.Text.Replace("\r", "").Replace("\n", " "));
            if (token.TrailingTrivia.Any(trivia => trivia.FullSpan.Length > 0))
                text.Append(' ');
        }

        return text.ToString().Trim();
    }
}
