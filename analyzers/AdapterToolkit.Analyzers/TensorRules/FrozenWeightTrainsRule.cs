using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Values;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.TensorRules;

/// <summary>
/// ADT0102: a frozen weight is made trainable: wrapped as a parameter, given to an optimizer, or asked for its gradient.
/// </summary>
internal sealed class FrozenWeightTrainsRule : TensorRule
{
    /// <inheritdoc/>
    public override void OnCreation(ValueFlow flow, IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        bool wraps = TensorTypes.Is(creation.Type, flow.Types.Parameter) || (TensorTypes.Is(creation.Type, flow.Types.TorchParameter) && !IsRefused(creation.Arguments));
        if (wraps && arguments.Length > 0 && arguments[0].Kind == ValueKind.Weight && !IsFrozenAgain(creation.Syntax))
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
        if (method.Name == "Parameter" && arguments.Length > 0 && arguments[0].Kind == ValueKind.Weight && !IsRefused(call.Arguments) && !IsFrozenAgain(call.Syntax))
            Report(flow, arguments[0], call.Syntax, "is wrapped as a parameter");
        else if (method.Name == "requires_grad_" && receiver.Kind == ValueKind.Weight && IsTrue(call.Arguments.FirstOrDefault()?.Value))
            Report(flow, receiver, call.Syntax, "is told to require a gradient");
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
        if (target.Property.Name == "requires_grad" && instance.Kind == ValueKind.Weight && flow.Types.IsTorchTensor(target.Property.ContainingType) && IsTrue(value))
            Report(flow, instance, assignment.Syntax, "is told to require a gradient");
    }

    /// <inheritdoc/>
    public override void OnMemberRead(ValueFlow flow, IPropertyReferenceOperation reference, Value instance)
    {
        if (reference.Property.Name == "grad" && instance.Kind == ValueKind.Weight && flow.Types.IsTorchTensor(reference.Property.ContainingType) && !Comparison.IsAllThatHappensTo(reference.Syntax, flow))
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

    /// <summary>Each weight that reaches an optimizer is reported where it was put among the parameters.</summary>
    private static void CheckOptimizer(ValueFlow flow, SyntaxNode optimizer, ImmutableArray<Value> arguments)
    {
        foreach (Value argument in arguments)
        {
            foreach (SyntaxNode origin in argument.Weights)
            {
                // An origin in another body is that body's; here it is the optimizer that takes it.
                SyntaxNode place = origin.SyntaxTree == optimizer.SyntaxTree && BodyOf(origin) == BodyOf(optimizer) ? origin : optimizer;
                flow.Report(Rules.FrozenWeightTrains, place, origin.ToString(), "is given to an optimizer");
            }
        }
    }

    private static SyntaxNode? BodyOf(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(ancestor => ancestor is Microsoft.CodeAnalysis.CSharp.Syntax.MemberDeclarationSyntax and not Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax);

    private static void Report(ValueFlow flow, Value weight, SyntaxNode place, string what) =>
        flow.Report(Rules.FrozenWeightTrains, place, weight.Origins.FirstOrDefault()?.ToString() ?? "the weight", what);

    /// <summary>Whether arguments say that no gradient is required.</summary>
    private static bool IsRefused(ImmutableArray<IArgumentOperation> arguments) =>
        arguments.Any(argument => argument.Parameter?.Name == "requires_grad" && argument.Value.ConstantValue is not { HasValue: true, Value: true });

    private static bool IsTrue(IOperation? value) => value is null or { ConstantValue: { HasValue: true, Value: true } };

    /// <summary>Whether the class says of the member that a parameter is assigned to that it requires no gradient.</summary>
    private static bool IsFrozenAgain(SyntaxNode creation)
    {
        string? target = creation.Parent switch
        {
            Microsoft.CodeAnalysis.CSharp.Syntax.AssignmentExpressionSyntax assignment => assignment.Left.ToString(),
            Microsoft.CodeAnalysis.CSharp.Syntax.EqualsValueClauseSyntax { Parent: Microsoft.CodeAnalysis.CSharp.Syntax.VariableDeclaratorSyntax declarator } => declarator.Identifier.ValueText,
            _ => null,
        };
        string? body = target is null ? null : creation.Ancestors().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax>().FirstOrDefault()?.ToString() ?? creation.SyntaxTree.ToString();
        return body is not null && (body.Contains(target + ".requires_grad = false") || body.Contains(target + ".requires_grad_(false)"));
    }
}
