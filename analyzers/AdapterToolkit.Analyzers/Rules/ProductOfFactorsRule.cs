using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0101: the product of the factors meets an activation. BA has as many numbers as W; B(Ax) never forms it. Where the
/// product meets only W, as in a merge, or its result is only compared, nothing is wrong. Nor is W + BA that is formed once and
/// kept, or formed for a whole loop.
/// </summary>
internal sealed class ProductOfFactorsRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0101",
        "The product of an adapter's factors meets an activation",
        "{0} is formed and multiplied by {1}, which costs another full layer; multiply {1} by {2} first, then by {3}: B(Ax) gives the same",
        "Adapters",
        DiagnosticSeverity.Warning,
        "BA has as many numbers as W, so that (BA)x costs as much as another full layer, in time, in memory and in the backward pass. "
            + "B(Ax) costs rank x (in + out) a row.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <summary>How long an expression is at most that a message repeats.</summary>
    private const int MostOfText = 40;

    /// <summary>The property of a diagnostic that says which operand the product is: <c>left</c> or <c>right</c>.</summary>
    public const string Operand = "operand";

    /// <inheritdoc/>
    public override void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
        if (left.ContainsProduct == right.ContainsProduct)
            return;
        Value product = left.ContainsProduct ? left : right, other = left.ContainsProduct ? right : left;
        bool isMerged = product.Kind == ValueKind.Merged;
        if (!other.MayBeActivation || (isMerged && product.Origins.Any(origin => IsFormedForMany(origin, operation.Syntax)))
            || Comparison.IsAllThatHappensTo(operation.Syntax, flow))
            return;
        (string a, string b) = product.Pair is { } pair ? ($"'{LowRankPair.NameOf(pair.A)}'", $"'{LowRankPair.NameOf(pair.B)}'") : ("A", "B");
        flow.ReportOperand(s_rule, operation.Syntax, left.ContainsProduct ? "left" : "right", isMerged ? product.Origins : null,
            $"{(isMerged ? "W + " : "")}{b} times {a}", ActivationOf(operation, left.ContainsProduct, flow), a, b);
    }

    /// <summary>The activation, as the program writes it where that is short.</summary>
    private static string ActivationOf(IOperation operation, bool isRight, ValueFlow flow)
    {
        IOperation? activation = MatrixProduct.Read(operation, flow.Types) is { } product
            ? isRight ? product.Right : product.Left
            : (operation as IInvocationOperation)?.Arguments.FirstOrDefault()?.Value;
        string text = activation?.Syntax.ToString() ?? "";
        return text.Length is > 0 and <= MostOfText && text.IndexOf('\n') < 0 ? $"'{text}'" : "the activation";
    }

    /// <summary>Whether a sum W + BA is formed before a loop or function that multiplies by it, so that it serves many products.</summary>
    private static bool IsFormedForMany(SyntaxNode formed, SyntaxNode multiplied) =>
        multiplied.Ancestors().TakeWhile(node => node is not MemberDeclarationSyntax)
            .Any(node => node is ForStatementSyntax or CommonForEachStatementSyntax
                or WhileStatementSyntax or DoStatementSyntax or AnonymousFunctionExpressionSyntax
                && (node.SyntaxTree != formed.SyntaxTree || !node.Span.Contains(formed.Span)));
}
