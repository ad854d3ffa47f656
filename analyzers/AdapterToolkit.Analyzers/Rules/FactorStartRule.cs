using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// ADT0106: factors start where they should not: both zero, so that neither has a gradient, or B not zero beside an A that is
/// not zero either, so that the untrained adapter changes the base model.
/// </summary>
internal sealed class FactorStartRule : TensorRule
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0106",
        "The factors of an adapter start at the wrong numbers",
        "'{0}': {1}; start A at random and B at zero",
        "Adapters",
        DiagnosticSeverity.Warning,
        "The gradient of each factor has the other one as a factor: where both are zero, both stay so. "
            + "Where neither is zero, the model is another one before training begins.");

    /// <inheritdoc/>
    public override DiagnosticDescriptor Descriptor => s_rule;

    /// <inheritdoc/>
    public override void OnCreation(ValueFlow flow, IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        if (!TensorTypes.Is(creation.Type, flow.Types.Factors) || creation.Constructor is not { } constructor)
            return;
        Value a = Argument(constructor, arguments, "a"), b = Argument(constructor, arguments, "b");
        if (a.Kind == ValueKind.Zeros && b.Kind == ValueKind.Zeros)
            flow.Report(s_rule, creation.Syntax, creation.Type!.Name, BothZero);
        else if (b.Kind == ValueKind.Noise && a.Kind != ValueKind.Zeros && !StartsElsewhere(flow))
            flow.Report(s_rule, creation.Syntax, creation.Type!.Name, NotZero);
    }

    /// <inheritdoc/>
    public override void OnWrite(ValueFlow flow, IOperation operation, Value target)
    {
        if (target is not { Kind: ValueKind.FactorB, IsStorage: true, Pair: null } || StartsElsewhere(flow))
            return;
        bool isFilled = operation is IInvocationOperation { TargetMethod.Name: "Fill" } fill
            && fill.Arguments[fill.Arguments.Length - 1].Value.ConstantValue is { HasValue: true, Value: not (0f or 0.0 or 0) };
        if (isFilled || operation is ISimpleAssignmentOperation assignment && flow.IsRandom(assignment.Value))
            flow.Report(s_rule, operation.Syntax, TextOf(WrittenBy(operation)), NotZero);
    }

    /// <inheritdoc/>
    public override void OnCall(ValueFlow flow, IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        if (call.TargetMethod.DeclaringSyntaxReferences.Length > 0)
            return;
        string name = call.TargetMethod.Name;
        bool fillsB = name == "FillGaussian" && arguments.Length > 0 && arguments[0] is { Kind: ValueKind.FactorB, IsStorage: true, Pair: null };
        bool copiesIntoB = name == "CopyFrom" && receiver is { Kind: ValueKind.FactorB, Pair: null } && arguments is [{ Kind: ValueKind.Noise }];
        if (fillsB || copiesIntoB)
        {
            if (!StartsElsewhere(flow))
                flow.Report(s_rule, call.Syntax, TextOf(fillsB ? call.Arguments[0].Value.Syntax : call.Instance!.Syntax), NotZero);
        }
        else if (receiver is { IsFactor: true, IsStorage: true, Pair: null }
            && (name == "Clear" || (name == "CopyFrom" && arguments is [{ Kind: ValueKind.Zeros }]))
            && FactorsOf(call.Instance) is { } factors && AccessPath.Of(factors) is { } path)
        {
            (TensorFactKind own, TensorFactKind other) = receiver.Kind == ValueKind.FactorA
                ? (TensorFactKind.ClearedA, TensorFactKind.ClearedB)
                : (TensorFactKind.ClearedB, TensorFactKind.ClearedA);
            if (flow.Knows(other, path) && !IsNamedBehind(call.Syntax, factors.Syntax))
                flow.Report(s_rule, call.Syntax, TextOf(factors.Syntax), BothZero);
            flow.Note(own, path);
        }
    }

    /// <summary>Whether B may start at other numbers: in tests, which check what an adapter computes, and in initializations that change W to match.</summary>
    private static bool StartsElsewhere(ValueFlow flow) => flow.Types.AreTests || flow.StartsAtWeights;

    private const string BothZero = "both factors start at zero, so that neither has a gradient and the adapter never trains";

    private const string NotZero = "B does not start at zero, so that the untrained adapter changes what the base model computes";

    /// <summary>What an assignment or call writes to.</summary>
    private static SyntaxNode WrittenBy(IOperation operation) => operation switch
    {
        ISimpleAssignmentOperation assignment => assignment.Target.Syntax,
        IInvocationOperation call => (call.Instance ?? call.Arguments[0].Value).Syntax,
        _ => operation.Syntax,
    };

    private static Value Argument(IMethodSymbol constructor, ImmutableArray<Value> arguments, string name)
    {
        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            if (parameter.Name == name && parameter.Ordinal < arguments.Length)
                return arguments[parameter.Ordinal];
        }

        return Value.Other;
    }

    /// <summary>The factors, from <c>factors.B.Value</c>.</summary>
    private static IOperation? FactorsOf(IOperation? operation)
    {
        while (operation is IPropertyReferenceOperation { Property.Name: "Value" or "Span", Instance: { } instance })
            operation = instance;
        return operation is IPropertyReferenceOperation { Property.Name: "A" or "B", Instance: { } factors } ? factors : null;
    }

    /// <summary>Whether a factor is named again behind a call, so that it may be filled there.</summary>
    private static bool IsNamedBehind(SyntaxNode call, SyntaxNode factors)
    {
        SyntaxNode body = call.Ancestors().OfType<BlockSyntax>()
            .FirstOrDefault(block => block.Parent is MemberDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax)
            ?? call.SyntaxTree.GetRoot();
        string text = TextOf(factors);
        return body.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access => access.SpanStart > call.Span.End
            && access.Name.Identifier.ValueText is "A" or "B" && TextOf(access.Expression) == text && !IsCleared(access));
    }

    private static bool IsCleared(MemberAccessExpressionSyntax factor) =>
        factor.Ancestors().OfType<InvocationExpressionSyntax>()
            .FirstOrDefault() is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Clear" } };

    private static string TextOf(SyntaxNode expression) => expression.ToString().Replace("!", "");
}
