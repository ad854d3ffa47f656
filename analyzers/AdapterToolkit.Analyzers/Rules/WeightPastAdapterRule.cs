using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

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

    private const int MostDepth = 2;

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <inheritdoc/>
    public override void OnProduct(ValueFlow flow, IOperation operation, Value left, Value right)
    {
        Value weight = left.Kind == ValueKind.Weight ? left : right, other = ReferenceEquals(weight, left) ? right : left;
        if (weight is not { Kind: ValueKind.Weight, HasAdapter: true } || !other.MayBeActivation || flow.Knows(TensorFactKind.Merged)
            || IsAsked(operation.Syntax, flow) || Comparison.IsAllThatHappensTo(operation.Syntax, flow))
            return;
        flow.ReportBaseTerm(s_rule, operation.Syntax, weight.Origin?.ToString() ?? "the weight");
    }

    /// <summary>Whether an expression is reached only on one answer to a question about the adapter.</summary>
    private static bool IsAsked(SyntaxNode expression, ValueFlow flow)
    {
        for (SyntaxNode node = expression; node.Parent is { } parent and not MemberDeclarationSyntax; node = parent)
        {
            bool isAsked = parent switch
            {
                IfStatementSyntax branch => node != branch.Condition && Asks(branch.Condition, flow),
                ConditionalExpressionSyntax choice => node != choice.Condition && Asks(choice.Condition, flow),
                SwitchExpressionArmSyntax { Parent: SwitchExpressionSyntax choice } => Asks(choice.GoverningExpression, flow),
                BlockSyntax block => block.Statements.TakeWhile(statement => statement != node).Any(statement => statement is IfStatementSyntax branch
                    && Leaves(branch.Statement) && Asks(branch.Condition, flow)),
                _ => false,
            };
            if (isAsked)
                return true;
        }

        return false;
    }

    /// <summary>Whether a condition asks the toolkit about factors or merging, itself or by a variable, member or method that does.</summary>
    private static bool Asks(SyntaxNode condition, ValueFlow flow, int depth = MostDepth) =>
        condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Select(name => SymbolOf(flow.OperationOf(name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name)))
            .OfType<ISymbol>()
            .Any(asked => IsOfAdapters(asked) || (depth > 0 && DeclarationOf(asked) is { } declaration && Asks(declaration, flow, depth - 1)));

    private static ISymbol? SymbolOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IMemberReferenceOperation member => member.Member,
        IInvocationOperation call => call.TargetMethod,
        _ => null,
    };

    private static bool IsOfAdapters(ISymbol symbol) => symbol is { DeclaringSyntaxReferences.Length: 0 } && TensorTypes.IsInNamespace(symbol, "AdapterToolkit")
        && symbol.Name is "Factors" or "FactorsOf" or "IsMerged" or "Adapter" or "Adapters" or "Merge" or "MergeTo" or "LowRank";

    private static SyntaxNode? DeclarationOf(ISymbol symbol) => symbol.DeclaringSyntaxReferences is [{ } reference] ? reference.GetSyntax() : null;

    private static bool Leaves(StatementSyntax statement) =>
        (statement is BlockSyntax block ? block.Statements.LastOrDefault() : statement) is ReturnStatementSyntax
            or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax;
}
