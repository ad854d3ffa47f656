using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Tells whether a result is only compared with another one, as tests of a merge do.</summary>
/// <param name="flow">The body.</param>
internal sealed class Comparison(ValueFlow flow)
{
    private static readonly string[] s_beginnings =
    [
        "Assert", "Equal", "NotEqual", "AreEqual", "AreClose", "AreNotEqual", "Compare", "AllClose", "IsClose", "Should",
        "Expect", "Verify", "SequenceEqual", "MaxDifference", "MaximumDifference", "LargestDifference", "Difference", "Distance",
    ];
    private static readonly string[] s_endings = ["Error", "Difference", "Distance", "Close"];
    private static readonly string[] s_comparingBodies = ["Verify", "Assert", "Compare", "Ensure", "Check"];
    private static readonly string[] s_losses = ["loss", "entropy", "perplexity", "train", "step", "fit"];

    /// <summary>Whether all that becomes of an expression's value is that it is compared.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="flow">The body that it stands in.</param>
    public static bool IsAllThatHappensTo(SyntaxNode expression, ValueFlow flow) =>
        IsInTest(expression) || new Comparison(flow).IsOnlyCompared(expression, depth: 3, isDifference: false);

    /// <summary>Whether an expression stands in a test, or in a method that checks something by its name.</summary>
    private static bool IsInTest(SyntaxNode expression) =>
        expression.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault() is { } method
        && (s_comparingBodies.Any(word => BeginsWithWord(method.Identifier.ValueText, word))
            || method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => IsTest(attribute.Name)));

    private static bool BeginsWithWord(string name, string word) =>
        name.StartsWith(word, StringComparison.Ordinal) && (name.Length == word.Length || !char.IsLower(name[word.Length]));

    private static bool IsTest(NameSyntax attribute) =>
        (attribute is QualifiedNameSyntax qualified ? qualified.Right : attribute) is SimpleNameSyntax name
            && name.Identifier.ValueText is "Fact" or "Theory" or "Test" or "TestCase" or "TestCaseSource" or "TestMethod" or "DataTestMethod" or "Property";

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
                case InvocationExpressionSyntax call
                    when call.Expression == node && (IsComparison(node) || (isDifference && IsLargest(node)) || IsMeasured(call)):
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax called }
                    when IsComparison(called.Expression) || (isDifference && IsLargest(called.Expression)) || IsMeasured(called):
                    return true;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator }:
                    return depth > 0 && AreAllCompared(declarator, depth - 1, isDifference);
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: var absolute } size }
                    when isDifference && NameOf(absolute) is "abs" or "Abs":
                    if (absolute is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Math" or "MathF" } })
                        return true;
                    node = size;
                    break;
                case BinaryExpressionSyntax binary:
                    isDifference |= binary.IsKind(SyntaxKind.SubtractExpression);
                    node = parent;
                    break;
                case ParenthesizedExpressionSyntax or MemberAccessExpressionSyntax or CastExpressionSyntax or PrefixUnaryExpressionSyntax
                    or PostfixUnaryExpressionSyntax or AwaitExpressionSyntax or ElementAccessExpressionSyntax:
                case InvocationExpressionSyntax invocation when invocation.Expression == node:
                    isDifference |= NameOf(node) is "sub" or "subtract" or "Subtract";
                    node = parent;
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool AreAllCompared(VariableDeclaratorSyntax declarator, int depth, bool isDifference)
    {
        SyntaxNode? scope = declarator.Ancestors().FirstOrDefault(node => node is BlockSyntax or CompilationUnitSyntax or SwitchSectionSyntax);
        IdentifierNameSyntax[] uses = scope is null ? [] : [.. scope.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == declarator.Identifier.ValueText && name.SpanStart > declarator.SpanStart)];
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

    /// <summary>Whether a call makes one number or a truth value of two tensors, and is no loss.</summary>
    private bool IsMeasured(InvocationExpressionSyntax call)
    {
        if (flow.Called(call) is not { ReturnsVoid: false } method || !TensorTypes.IsScalar(method.ReturnType)
            || s_losses.Any(word => method.Name.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0))
            return false;
        int tensors = method.Parameters.Count(parameter => flow.Types.IsMatrix(parameter.Type));
        return tensors + (!method.IsStatic && flow.Types.IsMatrix(method.ContainingType) ? 1 : 0) >= 2;
    }

    /// <summary>Whether a method gives the largest number of a difference, or its length.</summary>
    private static bool IsLargest(SyntaxNode called) => NameOf(called) is "max" or "Max" or "amax" or "norm" or "Norm" or "MaxMagnitude";

    private static bool IsComparison(SyntaxNode called)
    {
        string text = NameOf(called);
        bool isOfAssert = called is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: var owner } }
            && (owner.EndsWith("Assert", StringComparison.Ordinal) || owner.StartsWith("Assert", StringComparison.Ordinal));
        return isOfAssert
            || s_beginnings.Any(beginning => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            || s_endings.Any(ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    private static string NameOf(SyntaxNode called) => called switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } => name,
        SimpleNameSyntax { Identifier.ValueText: var name } => name,
        _ => "",
    };
}
