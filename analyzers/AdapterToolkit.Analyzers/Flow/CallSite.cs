using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// What an operation runs: a method, on an object, with what its parameters are given. Operators, conversions, accessors and constructors are called as
/// methods are.
/// </summary>
/// <param name="Method">The method that is named.</param>
/// <param name="Receiver">The object; null for a static method, and for the object that a constructor makes.</param>
/// <param name="Arguments">What the parameters are given, by their ordinals.</param>
/// <param name="IsVirtual">Whether the object's class decides which override runs.</param>
internal sealed record CallSite(IMethodSymbol Method, IOperation? Receiver, ImmutableArray<(int Ordinal, IOperation Value)> Arguments, bool IsVirtual)
{
    /// <summary>The call that an operation is; null where it is none, as an operator of the language.</summary>
    public static CallSite? Of(IOperation operation) => operation switch
    {
        IInvocationOperation call => new(call.TargetMethod, call.Instance, Given(call.Arguments), MayDispatch(call.TargetMethod, call.Instance)),
        IObjectCreationOperation { Constructor: { } constructor } creation => new(constructor, null, Given(creation.Arguments), IsVirtual: false),
        IBinaryOperation { OperatorMethod: { } method } binary => Static(method, binary.LeftOperand, binary.RightOperand),
        IUnaryOperation { OperatorMethod: { } method } unary => Static(method, unary.Operand),
        IConversionOperation { OperatorMethod: { } method } conversion => Static(method, conversion.Operand),
        ICompoundAssignmentOperation { OperatorMethod: { IsStatic: false } method } assignment => On(method, assignment.Target, assignment.Value),
        ICompoundAssignmentOperation { OperatorMethod: { } method } assignment => Static(method, assignment.Target, assignment.Value),
        IIncrementOrDecrementOperation { OperatorMethod: { IsStatic: false } method } step => On(method, step.Target),
        IIncrementOrDecrementOperation { OperatorMethod: { } method } step => Static(method, step.Target),
        IPropertyReferenceOperation { Property.GetMethod: { } getter } property =>
            new(getter, property.Instance, Given(property.Arguments), MayDispatch(getter, property.Instance)),
        _ => null,
    };

    /// <summary>The method of an operator or conversion that a program or library declares; null where it is one of the language.</summary>
    public static IMethodSymbol? OperatorOf(IOperation operation) => operation switch
    {
        IBinaryOperation binary => binary.OperatorMethod,
        IUnaryOperation unary => unary.OperatorMethod,
        IConversionOperation conversion => conversion.OperatorMethod,
        ICompoundAssignmentOperation assignment => assignment.OperatorMethod,
        IIncrementOrDecrementOperation step => step.OperatorMethod,
        _ => null,
    };

    /// <summary>The call of a method on an object, as of an accessor.</summary>
    /// <param name="method">The method.</param>
    /// <param name="receiver">The object; null for a static method.</param>
    /// <param name="operands">What its parameters are given, in their order.</param>
    public static CallSite On(IMethodSymbol method, IOperation? receiver, params IOperation[] operands) =>
        new(method, receiver, [.. operands.Select((operand, i) => (i, operand))], MayDispatch(method, receiver));

    private static CallSite Static(IMethodSymbol method, params IOperation[] operands) =>
        new(method, null, [.. operands.Select((operand, i) => (i, operand))], MayDispatch(method, receiver: null));

    private static ImmutableArray<(int Ordinal, IOperation Value)> Given(ImmutableArray<IArgumentOperation> arguments) =>
        [.. arguments.Where(argument => argument.Parameter is not null).Select(argument => (argument.Parameter!.Ordinal, argument.Value))];

    private static bool MayDispatch(IMethodSymbol method, IOperation? receiver) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride) && receiver?.Syntax is not BaseExpressionSyntax;
}
