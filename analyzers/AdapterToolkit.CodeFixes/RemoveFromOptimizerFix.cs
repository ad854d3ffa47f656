using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>Takes a frozen weight out of the parameters that an optimizer is given (ADT0102).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveFromOptimizerFix)), Shared]
public sealed class RemoveFromOptimizerFix() : RuleFix("ADT0102")
{
    private const string Title = "Remove the frozen weight";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax weight && Remove(root, weight) is { } changed)
            Offer(context, diagnostic, Title, () => changed);
        return Task.CompletedTask;
    }

    /// <summary>The file without the weight; null where it is no element of a list.</summary>
    private static SyntaxNode? Remove(SyntaxNode root, ExpressionSyntax weight) => weight.Parent switch
    {
        ExpressionElementSyntax { Parent: CollectionExpressionSyntax collection } element =>
            root.ReplaceNode(collection, collection.WithElements(Without(collection.Elements, element))),
        InitializerExpressionSyntax initializer =>
            root.ReplaceNode(initializer, initializer.WithExpressions(Without(initializer.Expressions, weight))),
        ArgumentSyntax { Parent: ArgumentListSyntax { Arguments.Count: 1, Parent: InvocationExpressionSyntax call } }
            when call.Expression is MemberAccessExpressionSyntax called =>
            called.Name.Identifier.ValueText switch
            {
                "Add" when call.Parent is ExpressionStatementSyntax { Parent: BlockSyntax or GlobalStatementSyntax } statement =>
                    Syntax.Remove(root, statement),
                "Append" or "Prepend" => root.ReplaceNode(call, called.Expression.WithTriviaFrom(call)),
                _ => null,
            },
        _ => null,
    };

    /// <summary>A list without one element; the one that becomes the last ends as the list ended.</summary>
    private static SeparatedSyntaxList<T> Without<T>(SeparatedSyntaxList<T> list, T element)
        where T : SyntaxNode
    {
        int index = list.IndexOf(element);
        SeparatedSyntaxList<T> rest = list.RemoveAt(index);
        bool endsList = index == rest.Count && rest.Count > 0 && rest.SeparatorCount < rest.Count;
        if (endsList)
            rest = rest.Replace(rest.Last(), rest.Last().WithTrailingTrivia(element.GetTrailingTrivia()));
        return index == 0 && rest.Count > 0 ? rest.Replace(rest[0], rest[0].WithLeadingTrivia(element.GetLeadingTrivia())) : rest;
    }
}
