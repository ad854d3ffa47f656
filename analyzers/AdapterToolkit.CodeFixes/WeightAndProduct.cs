using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.CodeFixes;

/// <summary>The sum W + BA, or its transpose.</summary>
/// <param name="Weight">W, transposed as the sum is.</param>
/// <param name="Operator">The plus or minus.</param>
/// <param name="Product">BA, transposed as the sum is.</param>
internal sealed record WeightAndProduct(ExpressionSyntax Weight, SyntaxToken Operator, FactorProduct Product)
{
    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="types">The known types.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>The sum; null where the expression is none that can be rewritten.</returns>
    public static WeightAndProduct? Read(ExpressionSyntax expression, SemanticModel model, TensorTypes types, CancellationToken cancellation)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax parenthesized:
                return Read(parenthesized.Expression, model, types, cancellation);
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum:
                if (FactorProduct.Read(sum.Left, model, types, cancellation) is not null)
                    return null;
                return FactorProduct.Read(sum.Right, model, types, cancellation) is { } product
                    ? new WeightAndProduct(sum.Left, sum.OperatorToken, product)
                    : null;
            case MemberAccessExpressionSyntax access when TensorMethods.Transposes(access.Name.Identifier.ValueText):
                return Transposed(Read(access.Expression, model, types, cancellation), inner => access.WithExpression(Syntax.Receiver(inner)).WithoutTrivia());
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } call
                when TensorMethods.Transposes(access.Name.Identifier.ValueText) && types.IsMatrix(model.GetTypeInfo(access.Expression, cancellation).Type):
                return Transposed(Read(access.Expression, model, types, cancellation),
                    inner => call.WithExpression(access.WithExpression(Syntax.Receiver(inner))).WithoutTrivia());
            case InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var only }] } call
                when model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { IsStatic: true } method && TensorMethods.Transposes(method.Name):
                return Transposed(Read(only, model, types, cancellation), inner => call.ReplaceNode(only, inner).WithoutTrivia());
            default:
                return null;
        }
    }

    private static WeightAndProduct? Transposed(WeightAndProduct? sum, Func<ExpressionSyntax, ExpressionSyntax> transpose) =>
        sum is null ? null : sum with
        {
            Weight = transpose(sum.Weight.WithoutTrivia()),
            Product = sum.Product with { IsTransposed = !sum.Product.IsTransposed, Transpose = transpose },
        };
}
