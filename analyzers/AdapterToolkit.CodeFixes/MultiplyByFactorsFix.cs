using System.Composition;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>
/// Rewrites (BA)x as B(Ax), and (W + BA)x as Wx + B(Ax) (ADT0101), with the method that the code multiplies by. Scaling, transposes
/// and comments stay; a local that held the product and nothing else uses is removed.
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
            context.RegisterCodeFix(
                CodeAction.Create(Title, cancellation => ApplyAsync(context.Document, outer, rewritten.Expression, rewritten.Locals, cancellation), Title),
                diagnostic);
    }

    private static (ExpressionSyntax Expression, IReadOnlyList<VariableDeclaratorSyntax> Locals)? Rewrite(
        ExpressionSyntax outer, Diagnostic diagnostic, SemanticModel model, TensorTypes types, CancellationToken cancellation)
    {
        bool isLeft = diagnostic.Properties.TryGetValue(ProductOfFactorsRule.Operand, out string? operand) && operand == "left";
        if (model.GetOperation(outer, cancellation) is not { } operation || MatrixProduct.Read(operation, types) is not { Destination: null } read
            || Multiplication.From(outer, read, isLeft) is not { } product)
            return null;
        IReadOnlyList<VariableDeclaratorSyntax> locals;
        ExpressionSyntax result;
        if (FactorProduct.Read(product.Formed, model, types, cancellation) is { } factors)
        {
            if (product.Apply(factors, withBias: true) is not { } applied)
                return null;
            (result, locals) = (applied, factors.Locals);
        }
        else if (WeightAndProduct.Read(product.Formed, model, types, cancellation) is { } sum)
        {
            if (product.Apply(sum.Product, withBias: false) is not { } term)
                return null;
            ExpressionSyntax whole = product.With(sum.Weight);
            result = SyntaxFactory.BinaryExpression(sum.Operator.IsKind(SyntaxKind.PlusToken) ? SyntaxKind.AddExpression : SyntaxKind.SubtractExpression,
                whole.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space), sum.Operator, Syntax.Operand(term.WithoutTrivia()));
            locals = sum.Product.Locals;
        }
        else
        {
            return null;
        }

        if (outer.Parent is MemberAccessExpressionSyntax or ConditionalAccessExpressionSyntax)
            result = Syntax.Receiver(result);
        else if (outer.Parent is BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or CastExpressionSyntax or AwaitExpressionSyntax
            && !IsFirstSummand(outer))
            result = Syntax.Operand(result);
        return (result.WithLeadingTrivia(outer.GetLeadingTrivia()).WithTrailingTrivia(outer.GetTrailingTrivia()), locals);
    }

    /// <summary>Whether an expression stands where a sum needs no parentheses: before a plus or minus.</summary>
    private static bool IsFirstSummand(ExpressionSyntax outer) =>
        outer.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum && sum.Left == outer;

    private static async Task<Document> ApplyAsync(
        Document document, ExpressionSyntax outer, ExpressionSyntax rewritten, IReadOnlyList<VariableDeclaratorSyntax> locals, CancellationToken cancellation)
    {
        SyntaxNode root = (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        StatementSyntax[] emptied =
        [
            .. locals.Where(local => local.Parent is VariableDeclarationSyntax { Variables.Count: 1,
                Parent: LocalDeclarationStatementSyntax { Parent: BlockSyntax block } } && UsesOf(local, block) == 1)
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
