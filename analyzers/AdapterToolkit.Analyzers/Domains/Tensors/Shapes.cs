using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Reads the shape of a matrix from the expression that makes it.</summary>
internal static class Shapes
{
    private static readonly ImmutableHashSet<string> s_factories = ImmutableHashSet.Create(
        "zeros", "ones", "rand", "randn", "empty", "full", "normal", "Zeros", "Allocate", "From");

    /// <summary>The names of the methods that make a matrix of a shape, or a layer that holds one.</summary>
    public static IReadOnlyCollection<string> Factories { get; } = [.. s_factories, "Linear"];

    /// <summary>The two dimensions of a matrix; null where it is none, or they can't be told.</summary>
    /// <param name="operation">The expression.</param>
    /// <param name="types">The known types.</param>
    public static (Dimension Rows, Dimension Columns)? Of(IOperation operation, TensorTypes types)
    {
        switch (operation)
        {
            case IConversionOperation conversion:
                return Of(conversion.Operand, types);
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, types);
            case IUnaryOperation unary:
                return Of(unary.Operand, types);
            case IBinaryOperation binary:
                return Of(types.IsMatrix(binary.LeftOperand.Type) ? binary.LeftOperand : binary.RightOperand, types);
            case IObjectCreationOperation creation when TensorTypes.Is(creation.Type, types.Parameter) || TensorTypes.Is(creation.Type, types.TorchParameter):
                return creation.Arguments.Length > 0 ? Of(creation.Arguments[0].Value, types) : null;
            case IInvocationOperation { TargetMethod.DeclaringSyntaxReferences.Length: 0 } call:
                return OfCall(call, types);
            case ILocalReferenceOperation { Local.DeclaringSyntaxReferences: [{ } reference] } local
                when reference.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: { } initializer } && local.SemanticModel is { } model:
                return model.GetOperation(initializer) is { } initial ? Of(initial, types) : null;
            default:
                return null;
        }
    }

    /// <summary>Whether a shape is given as one dimension: a matrix that is viewed so is a vector.</summary>
    public static bool IsOneDimension(IOperation shape) => shape switch
    {
        IConversionOperation conversion => IsOneDimension(conversion.Operand),
        IArrayCreationOperation { Initializer.ElementValues.Length: 1 } => true,
        ICollectionExpressionOperation { Elements.Length: 1 } => true,
        _ => false,
    };

    private static (Dimension Rows, Dimension Columns)? OfCall(IInvocationOperation call, TensorTypes types)
    {
        string name = call.TargetMethod.Name;
        if (KnownTypes.DerivesFrom(call.Type, types.TorchLinear) && call.Arguments.Length > 1)
            return (Dimension.From(call.Arguments[1].Value), Dimension.From(call.Arguments[0].Value));
        if (s_factories.Contains(name))
            return OfFactory(call);
        bool isKept = name == "Parameter" || TensorMethods.KeepsShape(name) || TensorMethods.Scales(name) || name.EndsWith("_", StringComparison.Ordinal);
        return isKept && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } kept ? Of(kept, types) : null;
    }

    private static (Dimension Rows, Dimension Columns)? OfFactory(IInvocationOperation call)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            IOperation value = Expression.Unconverted(argument.Value);
            ImmutableArray<IOperation>? listed = value switch
            {
                IObjectCreationOperation { Type.Name: "Shape", Arguments: var arguments } => Flatten(arguments),
                IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
                ICollectionExpressionOperation collection => collection.Elements,
                _ => null,
            };
            if (listed is [{ } rows, { } columns])
                return (Dimension.From(rows), Dimension.From(columns));
        }

        IOperation[] numbers = [.. call.Arguments.Where(argument => !argument.IsImplicit
            && argument.Value.Type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64).Select(argument => argument.Value)];
        return numbers.Length == 2 ? (Dimension.From(numbers[0]), Dimension.From(numbers[1])) : null;
    }

    private static ImmutableArray<IOperation> Flatten(ImmutableArray<IArgumentOperation> arguments)
    {
        if (arguments is [{ Value: var only }])
        {
            return Expression.Unconverted(only) switch
            {
                IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
                ICollectionExpressionOperation collection => collection.Elements,
                _ => [only],
            };
        }

        return [.. arguments.Select(argument => argument.Value)];
    }
}
