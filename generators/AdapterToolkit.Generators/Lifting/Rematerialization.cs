using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Tells which expressions the backward pass can evaluate again with the same result, so that it need not be saved.</summary>
internal static class Rematerialization
{
    /// <summary>Whether an expression is made of constants and readonly members that are never null.</summary>
    public static bool IsPossible(IOperation? operation) => operation switch
    {
        null => true,
        { ConstantValue.HasValue: true } => true,
        IInstanceReferenceOperation or IDefaultValueOperation or ITypeOfOperation => true,
        IFieldReferenceOperation field => (field.Field.IsConst || field.Field.IsReadOnly) && IsNeverNull(field.Field.Type) && IsPossible(field.Instance),
        IPropertyReferenceOperation { Arguments.Length: 0 } property =>
            IsReadOnly(property.Property) && IsNeverNull(property.Property.Type) && IsPossible(property.Instance),
        IConversionOperation { OperatorMethod: null } conversion => IsPossible(conversion.Operand),
        IUnaryOperation { OperatorMethod: null } unary => IsPossible(unary.Operand),
        IBinaryOperation { OperatorMethod: null } binary => IsPossible(binary.LeftOperand) && IsPossible(binary.RightOperand),
        _ => false,
    };

    /// <summary>Whether a member needs no null check: the backward pass would lack the one that <c>Forward</c> makes.</summary>
    private static bool IsNeverNull(ITypeSymbol type) => type.NullableAnnotation != NullableAnnotation.Annotated;

    /// <summary>Whether a property is a field in disguise that nothing writes after construction.</summary>
    private static bool IsReadOnly(IPropertySymbol property) =>
        property is { SetMethod: null or { IsInitOnly: true }, IsVirtual: false, IsAbstract: false }
        && property.ContainingType.GetMembers().OfType<IFieldSymbol>()
            .Any(field => field.IsReadOnly && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
}
