using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>What stands inside an expression, or behind it.</summary>
internal static class Expression
{
    /// <summary>An expression without the conversions around it.</summary>
    public static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation;
    }

    /// <summary>The target of an assignment, where it is declared there too.</summary>
    public static IOperation Declared(IOperation target)
    {
        while (target is IDeclarationExpressionOperation declaration)
            target = declaration.Expression;
        return target;
    }

    /// <summary>The local variable or parameter that an expression is; null where it is none.</summary>
    public static ISymbol? VariableOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };
}
