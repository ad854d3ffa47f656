using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>Tells whether a result is only compared with another one, as tests of a merge do.</summary>
internal static class Comparison
{
    private static readonly string[] s_beginnings = ["Assert", "Equal", "NotEqual", "AreEqual", "AreClose", "AreNotEqual", "Compare", "AllClose", "IsClose", "Should", "Expect", "Verify", "SequenceEqual", "MaxDifference", "MaximumDifference", "LargestDifference", "Difference", "Distance"];
    private static readonly string[] s_endings = ["Error", "Difference", "Distance", "Close"];

    /// <summary>Whether all that becomes of an expression's value is that it is compared.</summary>
    /// <param name="expression">The expression.</param>
    public static bool IsAllThatHappensTo(SyntaxNode expression) => IsOnlyCompared(expression, depth: 3);

    private static bool IsOnlyCompared(SyntaxNode expression, int depth)
    {
        SyntaxNode node = expression;
        while (node.Parent is { } parent)
        {
            switch (parent)
            {
                case BinaryExpressionSyntax binary when binary.Kind() is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression or SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression:
                case IsPatternExpressionSyntax { Pattern: var pattern } when !pattern.DescendantNodesAndSelf().Any(part => part is SingleVariableDesignationSyntax):
                    return true;
                case InvocationExpressionSyntax call when call.Expression == node && IsComparison(node):
                    return true;
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax called } when IsComparison(called.Expression):
                    return true;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator }:
                    return depth > 0 && AreAllCompared(declarator, depth - 1);
                case ParenthesizedExpressionSyntax or BinaryExpressionSyntax or MemberAccessExpressionSyntax or CastExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or AwaitExpressionSyntax or ElementAccessExpressionSyntax:
                case InvocationExpressionSyntax invocation when invocation.Expression == node:
                    node = parent;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool AreAllCompared(VariableDeclaratorSyntax declarator, int depth)
    {
        SyntaxNode? scope = declarator.Ancestors().FirstOrDefault(node => node is BlockSyntax or CompilationUnitSyntax or SwitchSectionSyntax);
        IdentifierNameSyntax[] uses = scope is null ? [] : [.. scope.DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == declarator.Identifier.ValueText && name.SpanStart > declarator.SpanStart)];
        return uses.Length > 0 && uses.All(use => IsOnlyCompared(use, depth));
    }

    private static bool IsComparison(SyntaxNode called)
    {
        string text = called switch
        {
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } => name,
            SimpleNameSyntax { Identifier.ValueText: var name } => name,
            _ => "",
        };
        bool isOfAssert = called is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: var owner } } && (owner.EndsWith("Assert", StringComparison.Ordinal) || owner.StartsWith("Assert", StringComparison.Ordinal));
        return isOfAssert
            || s_beginnings.Any(beginning => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            || s_endings.Any(ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }
}
