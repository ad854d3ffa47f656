using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells whether a result is only compared with another one, as tests of a merge do: it meets an operator or a library's method that compares, a test
/// framework, a method that makes one number of two tensors, or a method of the compilation that does no more with it than that.
/// </summary>
/// <param name="flow">The body.</param>
internal sealed class Comparison(ValueFlow flow)
{
    private const int MostDepth = 3;

    private static readonly string[] s_beginnings =
        ["Equal", "NotEqual", "AllClose", "IsClose", "SequenceEqual", "Distance", "CosineSimilarity", "Compare"];

    /// <summary>Whether all that becomes of an expression's value is that it is compared.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="flow">The body that it stands in.</param>
    public static bool IsAllThatHappensTo(SyntaxNode expression, ValueFlow flow) =>
        IsTest(flow.Symbol) || new Comparison(flow).IsOnlyCompared(expression, MostDepth, isDifference: false);

    /// <summary>Whether a method is one that a test framework runs.</summary>
    private static bool IsTest(ISymbol symbol) => symbol.GetAttributes().Any(attribute => TensorTypes.IsOfTestFramework(attribute.AttributeClass));

    private bool IsOnlyCompared(SyntaxNode expression, int depth, bool isDifference)
    {
        SyntaxNode node = expression;
        while (node.Parent is { } parent)
        {
            switch (parent)
            {
                case BinaryExpressionSyntax binary when binary.Kind() is SyntaxKind.EqualsExpression
                    or SyntaxKind.NotEqualsExpression or SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression
                    or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression:
                case IsPatternExpressionSyntax { Pattern: var pattern }
                    when !pattern.DescendantNodesAndSelf().Any(part => part is SingleVariableDesignationSyntax):
                case InvocationExpressionSyntax call when call.Expression == node && Compares(call, isDifference):
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax called } argument
                    when Compares(called, isDifference) || HandsOnToCompare(called, argument, depth):
                    return true;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator }:
                    return depth > 0 && AreAllCompared(declarator, declarator.Identifier.ValueText, depth - 1, isDifference);
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax size } when isDifference && IsOfLibrary(size, "abs", "Abs"):
                    if (flow.Called(size) is { ContainingType.Name: "Math" or "MathF" })
                        return true;
                    node = size;
                    break;
                case BinaryExpressionSyntax binary:
                    isDifference |= binary.IsKind(SyntaxKind.SubtractExpression);
                    node = parent;
                    break;
                case ParenthesizedExpressionSyntax or MemberAccessExpressionSyntax or CastExpressionSyntax or PrefixUnaryExpressionSyntax
                    or PostfixUnaryExpressionSyntax or AwaitExpressionSyntax or ElementAccessExpressionSyntax:
                    node = parent;
                    break;
                case InvocationExpressionSyntax invocation when invocation.Expression == node:
                    isDifference |= IsOfLibrary(invocation, "sub", "subtract", "Subtract");
                    node = parent;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool AreAllCompared(SyntaxNode declaration, string variable, int depth, bool isDifference)
    {
        SyntaxNode? scope = declaration.Ancestors()
            .FirstOrDefault(node => node is BlockSyntax or CompilationUnitSyntax or SwitchSectionSyntax
                or BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax);
        IdentifierNameSyntax[] uses = scope is null ? [] : [.. scope.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == variable && name.SpanStart > declaration.SpanStart
                && !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name))];
        bool isCompared = false;
        foreach (IdentifierNameSyntax use in uses)
        {
            if (IsOnlyCompared(use, depth, isDifference))
                isCompared = true;
            else if (!SaysNothing(use))
                return false;
        }

        return isCompared;
    }

    /// <summary>Whether a use of a variable asks for its size, frees it, or stands inside a loop's bound: nothing comes of its numbers.</summary>
    private static bool SaysNothing(IdentifierNameSyntax use) =>
        use.Parent is MemberAccessExpressionSyntax access && access.Expression == use
            && access.Name.Identifier.ValueText is "Length" or "Count" or "Rows" or "Columns" or "Shape" or "shape" or "Dispose" or "Release";

    /// <summary>Whether a call compares what it is given.</summary>
    private bool Compares(InvocationExpressionSyntax call, bool isDifference)
    {
        if (flow.Called(call) is not { } method)
            return false;
        if (TensorTypes.IsOfTestFramework(method) || method.ContainingType is { Name: "Console", ContainingNamespace.Name: "System" })
            return true;
        int tensors = method.Parameters.Count(parameter => flow.Types.IsMatrix(parameter.Type))
            + (!method.IsStatic && flow.Types.IsMatrix(method.ContainingType) ? 1 : 0);
        bool measures = !method.ReturnsVoid && TensorTypes.IsScalar(method.ReturnType);
        return method.DeclaringSyntaxReferences.Length > 0
            ? measures && (tensors >= 2 || (isDifference && tensors == 1))
            : (measures && tensors >= 2)
                || s_beginnings.Any(beginning => method.Name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
                || (isDifference && method.Name is "max" or "Max" or "amax" or "norm" or "Norm" or "MaxMagnitude");
    }

    /// <summary>Whether a method of the compilation that returns nothing only compares what it is given.</summary>
    private bool HandsOnToCompare(InvocationExpressionSyntax call, ArgumentSyntax argument, int depth)
    {
        if (depth == 0 || flow.Called(call) is not { ReturnsVoid: true, DeclaringSyntaxReferences: [{ } reference] } method)
            return false;
        int place = call.ArgumentList.Arguments.IndexOf(argument);
        IParameterSymbol? parameter = argument.NameColon is { Name.Identifier.ValueText: var name }
            ? method.Parameters.FirstOrDefault(candidate => candidate.Name == name)
            : place < method.Parameters.Length ? method.Parameters[place] : null;
        return parameter is { RefKind: RefKind.None, IsParams: false } && reference.GetSyntax() is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax
            && AreAllCompared(ParameterIn(reference.GetSyntax(), parameter.Ordinal), parameter.Name, depth - 1, isDifference: false);
    }

    private static ParameterSyntax ParameterIn(SyntaxNode declaration, int place) =>
        (declaration is BaseMethodDeclarationSyntax method ? method.ParameterList : ((LocalFunctionStatementSyntax)declaration).ParameterList)
            .Parameters[place];

    private bool IsOfLibrary(InvocationExpressionSyntax call, params string[] names) =>
        flow.Called(call) is { DeclaringSyntaxReferences.Length: 0 } method && names.Contains(method.Name);
}
