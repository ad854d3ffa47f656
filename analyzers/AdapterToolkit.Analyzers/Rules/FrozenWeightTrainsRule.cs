using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0102: a frozen weight is made trainable: wrapped as a parameter, given to an optimizer, or asked for its gradient.
/// </summary>
internal sealed class FrozenWeightTrainsRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0102",
        "A frozen weight is made trainable",
        "The frozen weight '{0}' {1}, so that the adapter alone no longer holds what is learned; leave it out: only the factors of its adapter train",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A pretrained weight under an adapter has no gradient and no optimizer state. "
            + "Once it trains, the adapter alone no longer holds what was learned, and memory is that of full fine-tuning.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <inheritdoc/>
    public override void OnCreation(ValueFlow flow, IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        bool isOfTorch = TensorTypes.Is(creation.Type, flow.Types.TorchParameter);
        bool wraps = isOfTorch ? !IsRefused(creation.Arguments) : TensorTypes.Is(creation.Type, flow.Types.Parameter);
        if (wraps && arguments.Length > 0 && arguments[0].Kind == ValueKind.Weight && !(isOfTorch && flow.Freezing.IsFrozenAgain(creation.Syntax)))
            Report(flow, arguments[0], creation.Syntax, "is wrapped as a parameter");
        if (KnownTypes.DerivesFrom(creation.Type, flow.Types.TorchOptimizer))
            CheckOptimizer(flow, creation.Syntax, arguments);
    }

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!flow.Types.IsOfTorch(method.ContainingType))
            return;
        if (method.Name == "Parameter" && arguments.Length > 0 && arguments[0].Kind == ValueKind.Weight
            && !IsRefused(call.Arguments) && !flow.Freezing.IsFrozenAgain(call.Syntax))
            Report(flow, arguments[0], call.Syntax, "is wrapped as a parameter");
        else if (method.Name == "requires_grad_" && IsTrue(call.Arguments.FirstOrDefault()?.Value))
            CheckRequired(flow, call.Syntax, call.Instance, receiver);
        else if (method.Name is "retain_grad" && receiver.Kind == ValueKind.Weight)
            Report(flow, receiver, call.Syntax, "is asked for its gradient");
        else if (method.Name == "grad")
            CheckGradient(flow, call, arguments);
        else if (SymbolEqualityComparer.Default.Equals(method.ContainingType, flow.Types.TorchOptimizers) || method.Name == "add_param_group")
            CheckOptimizer(flow, call.Syntax, arguments);
    }

    /// <inheritdoc/>
    public override void OnMemberAssignment(ValueFlow flow, IOperation assignment, IPropertyReferenceOperation target, Value instance, IOperation value)
    {
        if (target.Property.Name == "requires_grad" && flow.Types.IsTorchTensor(target.Property.ContainingType) && IsTrue(value))
            CheckRequired(flow, assignment.Syntax, target.Instance, instance);
    }

    /// <inheritdoc/>
    public override void OnMemberRead(ValueFlow flow, IPropertyReferenceOperation reference, Value instance)
    {
        if (reference.Property.Name == "grad" && instance.Kind == ValueKind.Weight && flow.Types.IsTorchTensor(reference.Property.ContainingType)
            && reference.Syntax.Parent is not (IsPatternExpressionSyntax or ConditionalAccessExpressionSyntax)
            && !Comparison.IsAllThatHappensTo(reference.Syntax, flow))
            Report(flow, instance, reference.Syntax, "is asked for its gradient");
    }

    private static void CheckGradient(ValueFlow flow, IInvocationOperation call, ImmutableArray<Value> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Kind == ValueKind.Weight && call.TargetMethod.Parameters[i].Name == "inputs")
                Report(flow, arguments[i], call.Syntax, "is asked for its gradient");
        }
    }

    /// <summary>A weight, or all parameters of a module that has one, are told to require a gradient.</summary>
    private static void CheckRequired(ValueFlow flow, SyntaxNode place, IOperation? target, Value value)
    {
        if (value.Kind == ValueKind.Weight && !IsClone(target))
            Report(flow, value, place, "is told to require a gradient");
        else if (value.Kind == ValueKind.Other && IsEveryTime(place) && !flow.Freezing.FollowsIn(place)
            && value.Weights.Select(flow.OperationOf).Select(ModuleOf).SelectMany(flow.Freezing.WeightsIn).FirstOrDefault() is { } weight)
            flow.Report(s_rule, place, NameOf(weight), "is told to require a gradient");
    }

    /// <summary>Each weight that reaches an optimizer is reported where it was put among the parameters.</summary>
    private static void CheckOptimizer(ValueFlow flow, SyntaxNode optimizer, ImmutableArray<Value> arguments)
    {
        foreach (Value argument in arguments)
        {
            foreach (SyntaxNode origin in argument.Weights)
            {
                // An origin in another body is that body's; here it is the optimizer that takes it.
                SyntaxNode place = origin.SyntaxTree == optimizer.SyntaxTree && BodyOf(origin) == BodyOf(optimizer) ? origin : optimizer;
                if (!IsAll(origin))
                    flow.Report(s_rule, place, origin.ToString(), "is given to an optimizer");
                else if (flow.Freezing.TrainedIn(ModuleOf(flow.OperationOf(origin))).FirstOrDefault() is { } weight)
                    flow.Report(s_rule, place, NameOf(weight), $"is given to an optimizer by {origin}, and nothing freezes it");
            }
        }
    }

    /// <summary>Whether an expression stands for all parameters of a module.</summary>
    private static bool IsAll(SyntaxNode origin) =>
        origin is InvocationExpressionSyntax { Expression: var called }
            && called is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "parameters" or "named_parameters" }
                or IdentifierNameSyntax { Identifier.ValueText: "parameters" or "named_parameters" };

    private static ITypeSymbol? ModuleOf(IOperation? parameters) => (parameters as IInvocationOperation)?.Instance?.Type;

    private static string NameOf(ISymbol weight) => $"{weight.ContainingType.Name}.{weight.Name}";

    /// <summary>Whether nothing in the loop around a statement leaves some elements out.</summary>
    private static bool IsEveryTime(SyntaxNode place)
    {
        foreach (SyntaxNode ancestor in place.Ancestors())
        {
            if (ancestor is IfStatementSyntax or ConditionalExpressionSyntax or SwitchStatementSyntax or SwitchExpressionSyntax or BinaryExpressionSyntax)
                return false;
            if (ancestor is CommonForEachStatementSyntax loop)
                return !loop.Statement.DescendantNodesAndSelf().Any(node => node is ContinueStatementSyntax or BreakStatementSyntax or GotoStatementSyntax);
        }

        return true;
    }

    /// <summary>Whether numbers were copied before they were told to require a gradient, as to compute a reference.</summary>
    private static bool IsClone(IOperation? target)
    {
        target = target is null ? null : Expression.Unconverted(target);
        SyntaxNode? made = target is ILocalReferenceOperation { Local.DeclaringSyntaxReferences: [{ } declaration] }
            && declaration.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: { } initial } ? initial : target?.Syntax;
        return made is not null
            && made.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>().Any(access => access.Name.Identifier.ValueText == "clone");
    }

    private static SyntaxNode? BodyOf(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(ancestor => ancestor is MemberDeclarationSyntax and not GlobalStatementSyntax);

    private static void Report(ValueFlow flow, Value weight, SyntaxNode place, string what) =>
        flow.Report(s_rule, place, weight.Origin?.ToString() ?? "the weight", what);

    /// <summary>Whether arguments say that no gradient is required.</summary>
    private static bool IsRefused(ImmutableArray<IArgumentOperation> arguments) =>
        arguments.Any(argument => argument.Parameter?.Name == "requires_grad" && argument.Value.ConstantValue is not { HasValue: true, Value: true });

    private static bool IsTrue(IOperation? value) => value is null or { ConstantValue: { HasValue: true, Value: true } };
}
