using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Says in the user's words what kind of code an operation is, for errors.</summary>
internal static class OperationDescription
{
    public static string Of(IOperation operation) => operation switch
    {
        IFieldReferenceOperation field => $"'{field.Field.Name}', a tensor in a field",
        IPropertyReferenceOperation property => $"'{property.Property.Name}', a tensor in a property",
        IArrayElementReferenceOperation => "A tensor in an array",
        ICoalesceOperation => "'??' on tensors",
        IConditionalAccessOperation => "'?.' that may leave a tensor null",
        ILiteralOperation or IDefaultValueOperation => "A tensor that is null",
        IObjectCreationOperation creation => $"A new {creation.Type?.Name}",
        IAwaitOperation => "'await'",
        ITryOperation => "'try'",
        ILockOperation => "'lock' round tensor arithmetic",
        IUsingOperation or IUsingDeclarationOperation => "'using' with tensors, whose memory the generator plans",
        IBranchOperation => "'goto'",
        ILocalFunctionOperation => "A local function with tensors",
        IReturnOperation => "'yield'",
        IDelegateCreationOperation or IAnonymousFunctionOperation => "A lambda",
        IDeconstructionAssignmentOperation => "A deconstruction that is not of a tuple into locals",
        IAssignmentOperation => "An assignment to something that is no local",
        IConversionOperation => "A conversion to a tensor",
        IInvocationOperation call => $"A call of '{call.TargetMethod.Name}'",
        IIncrementOrDecrementOperation => "An increment of a tensor",
        IEventAssignmentOperation => "An event handler",
        IDynamicInvocationOperation => "A dynamic call",
        _ => $"This expression ({operation.Kind})",
    };
    /// <summary>What to do about it.</summary>
    public static string RemedyOf(IOperation operation) => operation is ICoalesceOperation or IConditionalAccessOperation
        ? "choose with an if statement, or with ?:"
        : "call an operator of Op, a module, or a method of your own marked [Gradient]";
}
