using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0105: the frozen weight of a layer that has an adapter is multiplied directly, past the adapter. Code that asks first whether
/// there is an adapter, or whether it is merged, knows what it does.
/// </summary>
internal sealed class WeightPastAdapterRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0105",
        "A frozen weight is multiplied past its adapter",
        "'{0}' is multiplied directly, past its layer's adapter, so that what was trained has no effect here; call the layer's Forward",
        "Adapters",
        DiagnosticSeverity.Warning,
        "y = Wx + s B(Ax). Multiplying by W alone leaves the adapter's term out: what was trained has no effect there.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    private static readonly string[] s_questions = ["factors", "merged", "adapter", "lora", "lowrank"];

    /// <inheritdoc/>
    public override void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
        Value weight = left.Kind == ValueKind.Weight ? left : right, other = ReferenceEquals(weight, left) ? right : left;
        if (weight is not { Kind: ValueKind.Weight, HasAdapter: true } || !other.MayBeActivation || flow.Knows(TensorFactKind.Merged)
            || IsAsked(operation.Syntax) || Comparison.IsAllThatHappensTo(operation.Syntax, flow))
            return;
        flow.ReportBaseTerm(s_rule, operation.Syntax, weight.Origin?.ToString() ?? "the weight");
    }

    /// <summary>Whether an expression is reached only on one answer to a question about the adapter.</summary>
    private static bool IsAsked(SyntaxNode expression)
    {
        for (SyntaxNode node = expression; node.Parent is { } parent and not MemberDeclarationSyntax; node = parent)
        {
            bool isAsked = parent switch
            {
                IfStatementSyntax branch => node != branch.Condition && Asks(branch.Condition),
                ConditionalExpressionSyntax choice => node != choice.Condition && Asks(choice.Condition),
                SwitchExpressionArmSyntax { Parent: SwitchExpressionSyntax choice } => Asks(choice.GoverningExpression),
                BlockSyntax block => block.Statements.TakeWhile(statement => statement != node).Any(statement => statement is IfStatementSyntax branch
                    && Leaves(branch.Statement) && Asks(branch.Condition)),
                _ => false,
            };
            if (isAsked)
                return true;
        }

        return false;
    }

    private static bool Asks(ExpressionSyntax condition) =>
        condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Any(name => s_questions.Any(word => name.Identifier.ValueText.EndsWith(word, StringComparison.OrdinalIgnoreCase)));

    private static bool Leaves(StatementSyntax statement) =>
        (statement is BlockSyntax block ? block.Statements.LastOrDefault() : statement) is ReturnStatementSyntax
            or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax;
}
