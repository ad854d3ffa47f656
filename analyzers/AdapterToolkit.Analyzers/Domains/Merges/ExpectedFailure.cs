using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Recognizes calls that run a function to see it fail, as tests do.</summary>
/// <param name="compilation">The compilation.</param>
internal sealed class ExpectedFailure(Compilation compilation)
{
    private readonly INamedTypeSymbol? _exception = compilation.GetTypeByMetadataName("System.Exception");

    /// <summary>Whether a call takes the functions that it is given to throw: it names the exception, or gives it.</summary>
    /// <param name="call">The call.</param>
    public bool IsOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Delegate))
            return false;
        return method.TypeArguments.Any(IsException) || GivesException(method.ReturnType)
            || (!SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly) && IsOfTests(method, call));
    }

    private bool IsException(ITypeSymbol? type) => KnownTypes.DerivesFrom(type, _exception);

    private bool GivesException(ITypeSymbol type) => IsException(type) || (type is INamedTypeSymbol { TypeArguments: [var given] } && IsException(given));

    /// <summary>Whether a method is one by which a library for tests says that a function throws.</summary>
    private static bool IsOfTests(IMethodSymbol method, IInvocationOperation call) =>
        method.Name.StartsWith("Throw", StringComparison.Ordinal) || method.Name is "Invoking" or "Awaiting" or "CatchException" or "Catch"
            || (method is { Name: "That", ContainingType.Name: "Assert" } && call.Arguments.Any(NamesThrows));

    private static bool NamesThrows(IArgumentOperation argument) =>
        argument.Value.DescendantsAndSelf().Any(part => part is IMemberReferenceOperation { Member.ContainingType.Name: "Throws" }
            or IInvocationOperation { TargetMethod.ContainingType.Name: "Throws" });
}
