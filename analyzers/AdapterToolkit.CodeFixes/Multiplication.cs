using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>An expression that multiplies BA, or W + BA, by an activation.</summary>
/// <param name="Outer">The expression.</param>
/// <param name="Formed">The operand that is BA.</param>
/// <param name="X">The activation.</param>
/// <param name="IsLeft">Whether BA is the first operand.</param>
/// <param name="TransposesRight">Whether the second operand is transposed first, as in <c>linear(x, W)</c> = x Wᵀ.</param>
/// <param name="Bias">What is added to the product; null for nothing.</param>
internal sealed record Multiplication(
    ExpressionSyntax Outer, ExpressionSyntax Formed, ExpressionSyntax X, bool IsLeft, bool TransposesRight, ExpressionSyntax? Bias)
{
    private static readonly SyntaxAnnotation s_x = new(), s_formed = new(), s_bias = new();

    /// <summary>Reads an expression; null where it takes more than can be written again.</summary>
    public static Multiplication? From(ExpressionSyntax outer, MatrixProduct product, bool isLeft)
    {
        if (product.Left.Syntax is not ExpressionSyntax left || product.Right.Syntax is not ExpressionSyntax right || !product.IsPlain
            || (product.TransposesRight && isLeft))
            return null;
        (left, right) = (InParentheses(left, outer), InParentheses(right, outer));
        ExpressionSyntax? bias = product.Addend?.Syntax as ExpressionSyntax;
        if ((product.Addend is not null && (bias is null || !product.TransposesRight)) || !outer.Contains(left) || !outer.Contains(right))
            return null;
        if (outer is InvocationExpressionSyntax call && !Syntax.TakesOnly(call, bias is null ? [left, right] : [left, right, bias]))
            return null;
        return outer is InvocationExpressionSyntax or BinaryExpressionSyntax
            ? new Multiplication(outer, isLeft ? left : right, isLeft ? right : left, isLeft, product.TransposesRight, bias)
            : null;
    }

    /// <summary>An operand with the parentheses around it.</summary>
    private static ExpressionSyntax InParentheses(ExpressionSyntax operand, ExpressionSyntax outer)
    {
        while (operand.Parent is ParenthesizedExpressionSyntax parenthesized && parenthesized != outer)
            operand = parenthesized;
        return operand;
    }

    /// <summary>The expression with another operand in the place of BA.</summary>
    public ExpressionSyntax With(ExpressionSyntax formed) => Times(Marked(withBias: true, withComments: true), X, formed.WithTriviaFrom(Formed));

    /// <summary>B(Ax), or its transpose, scaled as BA is.</summary>
    /// <param name="factors">What BA is made of.</param>
    /// <param name="withBias">Whether the bias is added.</param>
    /// <returns>The expression; null where the code has no way to write it.</returns>
    public ExpressionSyntax? Apply(FactorProduct factors, bool withBias)
    {
        if ((factors.IsTransposed && factors.Transpose is null) || MovesOutOfAccess(factors))
            return null;

        // (l r)ᵀ = rᵀ lᵀ, and linear(x, D) = x Dᵀ.
        (ExpressionSyntax first, ExpressionSyntax second) = factors.IsTransposed
            ? (Transpose(factors, factors.Right), Transpose(factors, factors.Left))
            : (factors.Left, factors.Right);
        if (TransposesRight)
            (first, second) = (second, first);
        (ExpressionSyntax near, ExpressionSyntax far) = IsLeft ? (second, first) : (first, second);
        bool keepsBias = Bias is not null && withBias && !factors.IsWrapped;
        ExpressionSyntax inside = Times(Marked(withBias: false, withComments: false), X.WithoutTrivia(), near.WithoutTrivia());
        ExpressionSyntax applied = Times(Marked(keepsBias, withComments: true), inside.WithTriviaFrom(X), far.WithTriviaFrom(Formed));
        ExpressionSyntax result = factors.Wrap(applied.WithoutTrivia());
        return Bias is not null && withBias && factors.IsWrapped
            ? SyntaxFactory.BinaryExpression(SyntaxKind.AddExpression, result.WithTrailingTrivia(SyntaxFactory.Space),
                SyntaxFactory.Token(SyntaxKind.PlusToken).WithTrailingTrivia(SyntaxFactory.Space), Syntax.Operand(Bias.WithoutTrivia()))
            : result;
    }

    /// <summary>Whether a part of <c>a?.B.Times(...)</c> would leave the place behind its question mark.</summary>
    private bool MovesOutOfAccess(FactorProduct factors) =>
        (factors.IsTransposed || !IsLeft)
            && new[] { factors.Left, factors.Right }.Any(factor => factor.DescendantNodesAndSelf().OfType<MemberBindingExpressionSyntax>()
            .Any(binding => binding.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>() is { } access
                && access.Span.Contains(factor.Span) && access != factor));

    private static ExpressionSyntax Transpose(FactorProduct product, ExpressionSyntax factor) =>
        Syntax.Untransposed(factor) ?? product.Transpose!(factor.WithoutTrivia());

    /// <summary>The expression, its operands marked.</summary>
    /// <param name="withBias">Whether it still adds its bias.</param>
    /// <param name="withComments">Whether a call's parentheses and commas keep their comments and line ends.</param>
    private ExpressionSyntax Marked(bool withBias, bool withComments)
    {
        ExpressionSyntax[] operands = Bias is null ? [X, Formed] : [X, Formed, Bias];
        ExpressionSyntax marked = Outer.ReplaceNodes(operands,
            (operand, _) => operand.WithAdditionalAnnotations(operand == X ? s_x : operand == Formed ? s_formed : s_bias));
        if (!withBias && marked.GetAnnotatedNodes(s_bias).FirstOrDefault()?.Parent is ArgumentSyntax bias)
            marked = marked.RemoveNode(bias, SyntaxRemoveOptions.KeepNoTrivia)!;
        if (withComments || marked is not InvocationExpressionSyntax call)
            return marked;
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
        SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return call.WithArgumentList(SyntaxFactory.ArgumentList(
            SyntaxFactory.SeparatedList(arguments.Select(argument => argument.WithoutTrivia()), Enumerable.Repeat(comma, arguments.SeparatorCount))));
    }

    /// <summary>A product of two other operands, written as one that is there.</summary>
    private static ExpressionSyntax Times(ExpressionSyntax marked, ExpressionSyntax x, ExpressionSyntax formed) =>
        marked.ReplaceNodes(marked.GetAnnotatedNodes(s_x).Concat(marked.GetAnnotatedNodes(s_formed)), (place, _) =>
            Fitted(place, place.HasAnnotation(s_x) ? x : formed))
            .WithoutTrivia();

    private static ExpressionSyntax Fitted(SyntaxNode place, ExpressionSyntax operand) => place.Parent switch
    {
        MemberAccessExpressionSyntax access when access.Expression == place => Syntax.Receiver(operand),
        BinaryExpressionSyntax binary when binary.Left == place => Syntax.Operand(operand.WithoutTrivia()).WithTrailingTrivia(SyntaxFactory.Space),
        BinaryExpressionSyntax when operand is BinaryExpressionSyntax => SyntaxFactory.ParenthesizedExpression(operand.WithoutTrivia()),
        BinaryExpressionSyntax => operand.WithoutTrivia(),
        _ => operand,
    };
}
