using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>Merges to 16 or 32 bits in place of merging into quantized weights (ADT0108).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MergeToDenseFix)), Shared]
public sealed class MergeToDenseFix() : RuleFix("ADT0108")
{
    private const string MethodName = "MergeTo";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call)
        {
            foreach (int bits in new[] { 16, 32 })
                Offer(context, diagnostic, string.Format(CultureInfo.InvariantCulture, "Merge to {0} bits", bits), () => root.ReplaceNode(call, MergeTo(call, bits)));
        }

        return Task.CompletedTask;
    }

    private static InvocationExpressionSyntax MergeTo(InvocationExpressionSyntax call, int bits)
    {
        bool isMergeTo = NameOf(call.Expression).Identifier.ValueText == MethodName;
        List<ArgumentSyntax> arguments = [SyntaxFactory.Argument(SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(bits)))];
        foreach (ArgumentSyntax argument in call.ArgumentList.Arguments.Skip(isMergeTo ? 1 : 0))
        {
            bool isReversible = argument.NameColon?.Name.Identifier.ValueText == "reversible" || (argument.NameColon is null && argument == call.ArgumentList.Arguments[isMergeTo ? 1 : 0]);
            if (isReversible)
                arguments.Add(SyntaxFactory.Argument(SyntaxFactory.NameColon("reversible").WithColonToken(SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space)), default, argument.Expression.WithoutTrivia()).WithLeadingTrivia(SyntaxFactory.Space));
        }

        SimpleNameSyntax name = NameOf(call.Expression);
        return call.WithExpression(call.Expression.ReplaceNode(name, SyntaxFactory.IdentifierName(MethodName).WithTriviaFrom(name)))
            .WithArgumentList(call.ArgumentList.WithArguments(SyntaxFactory.SeparatedList(arguments)));
    }

    private static SimpleNameSyntax NameOf(ExpressionSyntax called) => called switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        _ => (SimpleNameSyntax)called,
    };
}
