using System.Collections.Immutable;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Reads at which numbers a matrix starts from the expression that makes it.</summary>
internal static class Starts
{
    private static readonly ImmutableHashSet<string> s_zero = ImmutableHashSet.Create("zeros", "zeros_like", "zeros_", "zero_", "Zeros");

    private static readonly ImmutableHashSet<string> s_random = ImmutableHashSet.Create(
        "rand", "randn", "rand_like", "randn_like", "normal", "normal_", "uniform_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_",
        "xavier_normal_", "trunc_normal_", "orthogonal_");

    /// <summary>At which numbers a matrix starts.</summary>
    /// <param name="operation">The expression that makes it.</param>
    /// <param name="types">The known types.</param>
    public static Start Of(IOperation operation, TensorTypes types)
    {
        switch (operation)
        {
            case IConversionOperation conversion:
                return Of(conversion.Operand, types);
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, types);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide } binary:
                return Of(types.IsMatrix(binary.LeftOperand.Type) ? binary.LeftOperand : binary.RightOperand, types);
            case IObjectCreationOperation { Arguments: [var made, ..] } creation
                when TensorTypes.Is(creation.Type, types.Parameter) || TensorTypes.Is(creation.Type, types.TorchParameter):
                return Of(made.Value, types);
            case IInvocationOperation call:
                return OfCall(call, types);
            case ILocalReferenceOperation { Local.DeclaringSyntaxReferences: [{ } reference] } local
                when reference.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: { } initializer } && local.SemanticModel is { } model:
                return model.GetOperation(initializer) is { } initial ? Of(initial, types) : Start.Unknown;
            default:
                return Start.Unknown;
        }
    }

    /// <summary>At which numbers a method of TorchSharp or the toolkit sets what it is given.</summary>
    public static Start Set(IMethodSymbol method, TensorTypes types) =>
        !types.IsOfTorch(method.ContainingType) && !types.IsToolkitTensor(method.ContainingType) ? Start.Unknown
            : s_zero.Contains(method.Name) ? Start.Zero
            : s_random.Contains(method.Name) ? Start.Random
            : Start.Unknown;

    private static Start OfCall(IInvocationOperation call, TensorTypes types)
    {
        if (Set(call.TargetMethod, types) is not Start.Unknown and var set)
            return set;
        if (!types.IsOfTorch(call.TargetMethod.ContainingType))
            return Start.Unknown;
        if (KnownTypes.DerivesFrom(call.Type, types.TorchLinear))
            return Start.Random;
        bool passesOn = call.TargetMethod.Name == "Parameter" || TensorMethods.KeepsNumbers(call.TargetMethod.Name)
            || TensorMethods.Scales(call.TargetMethod.Name);
        return passesOn && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } kept ? Of(kept, types) : Start.Unknown;
    }
}
