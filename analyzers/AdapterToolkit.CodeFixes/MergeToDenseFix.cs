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
    private const string Reversible = "reversible";

    private protected override Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call)
        {
            foreach (int bits in new[] { 16, 32 })
                Offer(context, diagnostic, string.Format(CultureInfo.InvariantCulture, "Merge to {0} bits", bits),
                    () => root.ReplaceNode(call, MergeTo(call, bits)));
        }

        return Task.CompletedTask;
    }

    private static InvocationExpressionSyntax MergeTo(InvocationExpressionSyntax call, int bits)
    {
        SimpleNameSyntax name = NameOf(call.Expression);
        int position = name.Identifier.ValueText == MethodName ? 1 : 0;
        ArgumentSyntax first = SyntaxFactory.Argument(SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(bits)));
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
        ArgumentSyntax? reversible = arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == Reversible)
            ?? (arguments.Count > position && arguments[position].NameColon is null ? arguments[position] : null);
        ArgumentSyntax[] given = reversible is null ? [first] : [first, Named(reversible).WithLeadingTrivia(SyntaxFactory.Space)];
        return call.WithExpression(call.Expression.ReplaceNode(name, SyntaxFactory.IdentifierName(MethodName).WithTriviaFrom(name)))
            .WithArgumentList(call.ArgumentList.WithArguments(SyntaxFactory.SeparatedList(given)));
    }

    private static ArgumentSyntax Named(ArgumentSyntax argument) => argument.NameColon is not null
        ? argument
        : SyntaxFactory.Argument(SyntaxFactory.NameColon(Reversible)
            .WithColonToken(SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space)), default, argument.Expression);

    private static SimpleNameSyntax NameOf(ExpressionSyntax called) => called switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        _ => (SimpleNameSyntax)called,
    };
}
