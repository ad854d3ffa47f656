using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>
/// Runs a layer that <c>Forward</c> never reaches (ADT0104), where only one place is possible: <c>Forward</c> runs layers one
/// behind the other in the order of their declarations, and the layer's dimensions fit where its declaration stands.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RunLayerInForwardFix)), Shared]
public sealed class RunLayerInForwardFix() : RuleFix("ADT0104")
{
    private const string Title = "Run the layer in Forward";
    private const string Forward = "Forward";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<PropertyDeclarationSyntax>() is { Parent: TypeDeclarationSyntax type } layer && Insert(root, type, layer) is { } changed)
            Offer(context, diagnostic, Title, () => changed);
        return Task.CompletedTask;
    }

    private static SyntaxNode? Insert(SyntaxNode root, TypeDeclarationSyntax type, PropertyDeclarationSyntax layer)
    {
        if (type.Members.OfType<MethodDeclarationSyntax>().Where(method => method.Identifier.ValueText == Forward).ToArray() is not [{ ParameterList.Parameters: [{ Identifier.ValueText: var input }] } forward]
            || ResultOf(forward) is not { } result
            || ChainOf(result, input) is not { } chain)
            return null;
        List<PropertyDeclarationSyntax> properties = [.. type.Members.OfType<PropertyDeclarationSyntax>()];
        PropertyDeclarationSyntax?[] run = [.. chain.Select(call => properties.FirstOrDefault(property => property.Identifier.ValueText == NameOf(call)))];
        int[] order = [.. run.Select(property => property is null ? -1 : properties.IndexOf(property))];
        if (order.Contains(-1) || !order.SequenceEqual(order.OrderBy(index => index)) || order.Distinct().Count() != order.Length)
            return null;
        int place = order.Count(index => index < properties.IndexOf(layer));
        PropertyDeclarationSyntax? before = place > 0 ? run[place - 1] : null, behind = place < run.Length ? run[place] : null;
        if (SizeOf(layer) is not { } size
            || (before is not null && (SizeOf(before) is not { } sizeBefore || sizeBefore.Out != size.In))
            || (behind is not null && (SizeOf(behind) is not { } sizeBehind || sizeBehind.In != size.Out)))
            return null;
        ExpressionSyntax fed = place == 0 ? chain[0].ArgumentList.Arguments[0].Expression : chain[place - 1];
        ExpressionSyntax inserted = SyntaxFactory.InvocationExpression(
                SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, SyntaxFactory.IdentifierName(layer.Identifier.WithoutTrivia()), SyntaxFactory.IdentifierName(Forward)),
                SyntaxFactory.ArgumentList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Argument(fed.WithoutTrivia()))))
            .WithTriviaFrom(fed);
        return root.ReplaceNode(fed, inserted);
    }

    private static ExpressionSyntax? ResultOf(MethodDeclarationSyntax method) => method switch
    {
        { ExpressionBody.Expression: { } expression } => expression,
        { Body.Statements: [ReturnStatementSyntax { Expression: { } returned }] } => returned,
        _ => null,
    };

    /// <summary>The calls of a chain <c>C.Forward(B.Forward(A.Forward(x)))</c>, first to last; null for any other expression.</summary>
    private static List<InvocationExpressionSyntax>? ChainOf(ExpressionSyntax result, string input)
    {
        List<InvocationExpressionSyntax> calls = [];
        ExpressionSyntax current = result;
        while (current is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax, Name.Identifier.ValueText: Forward }, ArgumentList.Arguments: [{ Expression: var argument }] } call)
        {
            calls.Insert(0, call);
            current = argument;
        }

        return calls.Count > 0 && current is IdentifierNameSyntax { Identifier.ValueText: var name } && name == input ? calls : null;
    }

    private static string NameOf(InvocationExpressionSyntax call) => ((IdentifierNameSyntax)((MemberAccessExpressionSyntax)call.Expression).Expression).Identifier.ValueText;

    /// <summary>The dimensions that a layer is made with, as they are written; null where they are not two arguments.</summary>
    private static (string In, string Out)? SizeOf(PropertyDeclarationSyntax property) =>
        property.Initializer?.Value is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [{ NameColon: null } first, { NameColon: null } second, ..] } ? (first.Expression.ToString(), second.Expression.ToString()) : null;
}
