using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace AdapterToolkit.CodeFixes;

/// <summary>Small pieces of syntax.</summary>
internal static class Syntax
{
    /// <summary>An expression that may stand before a dot.</summary>
    public static ExpressionSyntax Receiver(ExpressionSyntax expression) =>
        expression is SimpleNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax
            or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax or ThisExpressionSyntax
            ? expression
            : Parenthesized(expression);

    /// <summary>An expression that may stand beside an operator.</summary>
    public static ExpressionSyntax Operand(ExpressionSyntax expression) =>
        expression.Kind() is SyntaxKind.AddExpression or SyntaxKind.SubtractExpression
            || expression is ConditionalExpressionSyntax or AssignmentExpressionSyntax
                ? Parenthesized(expression)
                : expression;

    /// <summary>A member of an expression.</summary>
    public static ExpressionSyntax Member(ExpressionSyntax expression, string name) =>
        SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, Receiver(expression.WithoutTrivia()), SyntaxFactory.IdentifierName(name));

    /// <summary>What an expression is the transpose of; null where it is no transpose.</summary>
    public static ExpressionSyntax? Untransposed(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax parenthesized => Untransposed(parenthesized.Expression),
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } access when TensorMethods.Transposes(name) => access.Expression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access, ArgumentList.Arguments.Count: 0 or 2 }
            when access.Name.Identifier.ValueText is "t" or "transpose" => access.Expression,
        InvocationExpressionSyntax { Expression: var called, ArgumentList.Arguments: [{ Expression: var only }] }
            when called is SimpleNameSyntax { Identifier.ValueText: "t" or "Transpose" or "transpose" }
                or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "t" or "Transpose" or "transpose" } => only,
        _ => null,
    };

    /// <summary>Whether a call takes two operands and nothing else, its receiver counted.</summary>
    public static bool TakesOnly(InvocationExpressionSyntax call, params ExpressionSyntax[] operands)
    {
        int inArguments = call.ArgumentList.Arguments.Count(argument => operands.Contains(argument.Expression));
        return inArguments == call.ArgumentList.Arguments.Count && (inArguments == operands.Length || call.Expression is MemberAccessExpressionSyntax);
    }

    /// <summary>Whether a name is assigned, or handed over to be.</summary>
    public static bool IsWritten(IdentifierNameSyntax name) => name.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == name,
        ArgumentSyntax argument => argument.RefKindKeyword.RawKind != 0 || argument.Parent is TupleExpressionSyntax { Parent: AssignmentExpressionSyntax },
        PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression),
        PostfixUnaryExpressionSyntax postfix => postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression),
        _ => false,
    };

    /// <summary>A file without a statement. Comments above it move to the next one.</summary>
    public static SyntaxNode Remove(SyntaxNode root, StatementSyntax statement)
    {
        SyntaxTriviaList leading = statement.GetLeadingTrivia();
        bool hasComments = leading.Any(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        if (statement.Parent is not BlockSyntax block || !hasComments || block.Statements.IndexOf(statement) + 1 >= block.Statements.Count)
            return root.RemoveNode(statement.Parent is GlobalStatementSyntax ? statement.Parent : statement,
                hasComments ? SyntaxRemoveOptions.KeepLeadingTrivia : SyntaxRemoveOptions.KeepNoTrivia)!;
        int index = block.Statements.IndexOf(statement);
        StatementSyntax next = block.Statements[index + 1];
        if (leading.Last().IsKind(SyntaxKind.WhitespaceTrivia))
            leading = leading.RemoveAt(leading.Count - 1);
        return root.ReplaceNode(block,
            block.WithStatements(block.Statements.Replace(next, next.WithLeadingTrivia(leading.AddRange(next.GetLeadingTrivia()))).RemoveAt(index)));
    }

    /// <summary>An expression in parentheses, which go again where they are not needed.</summary>
    private static ParenthesizedExpressionSyntax Parenthesized(ExpressionSyntax expression) =>
        SyntaxFactory.ParenthesizedExpression(expression.WithoutTrivia()).WithTriviaFrom(expression).WithAdditionalAnnotations(Simplifier.Annotation);
}
