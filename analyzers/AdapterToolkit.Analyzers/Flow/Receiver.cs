using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The object that a call is about, whether its method belongs to that object's type or extends it.</summary>
internal static class Receiver
{
    /// <summary>The object before the dot: the instance or, of an extension method, the first argument; null for any other static method.</summary>
    public static IOperation? Of(IInvocationOperation call) => call.Instance
        ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value : null) switch
        {
            IConversionOperation { IsImplicit: true, Operand: var converted } => converted,
            var given => given,
        };

    /// <summary>The type of that object, as a member declares it.</summary>
    public static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IMethodSymbol { IsExtensionMethod: true } method => (method.ReducedFrom ?? method).Parameters[0].Type,
        { ContainingType: { IsExtension: true, ExtensionParameter: { } extended } } => extended.Type,
        _ => member.ContainingType,
    };

    /// <summary>Whether a member extends the type of its object.</summary>
    public static bool IsExtension(ISymbol member) => member is IMethodSymbol { IsExtensionMethod: true } || member.ContainingType is { IsExtension: true };
}
