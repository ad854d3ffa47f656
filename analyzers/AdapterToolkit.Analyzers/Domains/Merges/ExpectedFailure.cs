using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Recognizes calls that run a function to see it fail, as tests do.</summary>
internal static class ExpectedFailure
{
    /// <summary>Whether a call takes the functions that it is given to throw.</summary>
    /// <param name="call">The call.</param>
    public static bool IsOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        return method.Name.StartsWith("Throw", StringComparison.Ordinal)
            || method.Name is "Invoking" or "Awaiting" or "CatchException"
            || (method.Name is "Exception" or "ExceptionAsync" && method.ContainingType?.Name == "Record")
            || (method.Name is "That" or "Catch" && method.ContainingType?.Name == "Assert" && (method.Name == "Catch" || call.Arguments.Any(NamesThrows)));
    }

    private static bool NamesThrows(IArgumentOperation argument) =>
        argument.Value.DescendantsAndSelf().Any(part => part is IMemberReferenceOperation { Member.ContainingType.Name: "Throws" }
            or IInvocationOperation { TargetMethod.ContainingType.Name: "Throws" });
}
