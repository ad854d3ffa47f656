using System.Composition;
using AdapterToolkit.Analyzers.TensorRules;
using AdapterToolkit.Analyzers.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>
/// Rewrites (BA)x as B(Ax) (ADT0101), with the method that the code multiplies by. Scaling, transposes and comments stay; a
/// local that held the product and nothing else uses is removed.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MultiplyByFactorsFix)), Shared]
public sealed class MultiplyByFactorsFix() : RuleFix("ADT0101")
{
    private const string Title = "Multiply by A, then by B";

    private protected override async Task OfferAsync(CodeFixContext context, SyntaxNode root, Diagnostic diagnostic)
    {
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is { } model
            && root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax outer
            && Rewrite(outer, diagnostic, model, new TensorTypes(model.Compilation), context.CancellationToken) is { } rewritten)
            context.RegisterCodeFix(CodeAction.Create(Title, cancellation => ApplyAsync(context.Document, outer, rewritten.Expression, rewritten.Locals, cancellation), Title), diagnostic);
    }

    private static (ExpressionSyntax Expression, IReadOnlyList<VariableDeclaratorSyntax> Locals)? Rewrite(ExpressionSyntax outer, Diagnostic diagnostic, SemanticModel model, TensorTypes types, CancellationToken cancellation)
    {
        if (model.GetOperation(outer, cancellation) is not { } operation || MatrixProduct.Read(operation, types) is not { Destination: null } product
            || product.Left.Syntax is not ExpressionSyntax left || product.Right.Syntax is not ExpressionSyntax right)
            return null;
        bool isLeft = diagnostic.Properties.TryGetValue(ProductOfFactorsRule.Operand, out string? operand) && operand == "left";
        ExpressionSyntax formed = isLeft ? left : right, x = isLeft ? right : left;
        ExpressionSyntax? bias = product.Addend?.Syntax as ExpressionSyntax;
        if ((bias is not null && !product.TransposesRight) || (product.TransposesRight && isLeft) || FactorProduct.Read(formed, model, types, cancellation) is not { } factors)
            return null;
        if (outer is InvocationExpressionSyntax call && !Syntax.TakesOnly(call, bias is null ? [left, right] : [left, right, bias]))
            return null;
        if (factors.IsTransposed && factors.Transpose is null)
            return null;

        // (l r)ᵀ = rᵀ lᵀ, and linear(x, D) = x Dᵀ.
        (ExpressionSyntax first, ExpressionSyntax second) = factors.IsTransposed ? (Transpose(factors, factors.Right), Transpose(factors, factors.Left)) : (factors.Left, factors.Right);
        ExpressionSyntax inside = Times(WithoutComments(outer), (product.TransposesRight ? x : isLeft ? second : x).WithoutTrivia(), (product.TransposesRight ? second : isLeft ? x : first).WithoutTrivia(), null);
        ExpressionSyntax applied = product.TransposesRight
            ? Times(outer, inside.WithTriviaFrom(x), first.WithTriviaFrom(formed), factors.IsWrapped ? null : bias)
            : isLeft
                ? Times(outer, first.WithTriviaFrom(formed), inside.WithTriviaFrom(x), null)
                : Times(outer, inside.WithTriviaFrom(x), second.WithTriviaFrom(formed), null);
        ExpressionSyntax result = factors.Wrap(applied.WithoutTrivia());
        if (bias is not null && factors.IsWrapped)
            result = SyntaxFactory.BinaryExpression(SyntaxKind.AddExpression, result.WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Token(SyntaxKind.PlusToken).WithTrailingTrivia(SyntaxFactory.Space), Syntax.Operand(bias.WithoutTrivia()));
        if (outer.Parent is MemberAccessExpressionSyntax)
            result = Syntax.Receiver(result);
        else if (outer.Parent is BinaryExpressionSyntax)
            result = Syntax.Operand(result);
        return (result.WithLeadingTrivia(outer.GetLeadingTrivia()).WithTrailingTrivia(outer.GetTrailingTrivia()), factors.Locals);
    }

    private static ExpressionSyntax Transpose(FactorProduct product, ExpressionSyntax factor) => Syntax.Untransposed(factor) ?? product.Transpose!(factor.WithoutTrivia());

    /// <summary>A call whose parentheses and commas carry no comments, for the call that is written inside it.</summary>
    private static ExpressionSyntax WithoutComments(ExpressionSyntax outer)
    {
        if (outer is not InvocationExpressionSyntax call)
            return outer;
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
        SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return call.WithArgumentList(SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments, Enumerable.Repeat(comma, arguments.SeparatorCount))));
    }

    /// <summary>A product of two other operands, written as one that is there.</summary>
    private static ExpressionSyntax Times(ExpressionSyntax outer, ExpressionSyntax left, ExpressionSyntax right, ExpressionSyntax? bias)
    {
        switch (outer)
        {
            case BinaryExpressionSyntax binary:
                return binary.WithLeft(Syntax.Operand(left.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space))).WithRight(right is BinaryExpressionSyntax ? SyntaxFactory.ParenthesizedExpression(right.WithoutTrivia()) : right.WithoutTrivia()).WithoutTrivia();
            case InvocationExpressionSyntax call:
                SeparatedSyntaxList<ArgumentSyntax> given = call.ArgumentList.Arguments;
                bool isMethodOfLeft = given.Count == 1;
                ExpressionSyntax called = isMethodOfLeft && call.Expression is MemberAccessExpressionSyntax access ? access.WithExpression(Syntax.Receiver(left)) : call.Expression;
                ExpressionSyntax[] operands = isMethodOfLeft ? [right] : bias is null ? [left, right] : [left, right, bias];
                SyntaxNodeOrToken[] items = [.. operands.SelectMany((operand, index) => index == 0
                    ? (SyntaxNodeOrToken[])[SyntaxFactory.Argument(operand)]
                    : [given.SeparatorCount >= index ? given.GetSeparator(index - 1) : SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Argument(operand)])];
                return call.WithExpression(called).WithArgumentList(call.ArgumentList.WithArguments(SyntaxFactory.SeparatedList<ArgumentSyntax>(items))).WithoutTrivia();
            default:
                return outer;
        }
    }

    private static async Task<Document> ApplyAsync(Document document, ExpressionSyntax outer, ExpressionSyntax rewritten, IReadOnlyList<VariableDeclaratorSyntax> locals, CancellationToken cancellation)
    {
        SyntaxNode root = (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        StatementSyntax[] emptied =
        [
            .. locals.Where(local => local.Parent is VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { Parent: BlockSyntax block } } && UsesOf(local, block) == 1)
                .Select(local => (StatementSyntax)local.Parent!.Parent!),
        ];
        root = root.TrackNodes([outer, .. emptied]);
        root = root.ReplaceNode(root.GetCurrentNode(outer)!, rewritten);
        foreach (StatementSyntax statement in emptied)
            root = Syntax.Remove(root, root.GetCurrentNode(statement)!);
        return document.WithSyntaxRoot(root);
    }

    private static int UsesOf(VariableDeclaratorSyntax local, BlockSyntax block) =>
        block.DescendantNodes().OfType<IdentifierNameSyntax>().Count(name => name.Identifier.ValueText == local.Identifier.ValueText);
}
