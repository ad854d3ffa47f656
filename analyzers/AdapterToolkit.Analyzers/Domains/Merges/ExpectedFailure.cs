using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Recognizes calls that run a function to see it fail, as tests do: those of libraries by name, the compilation's own by what they catch.</summary>
internal static class ExpectedFailure
{
    /// <summary>Whether a call takes the functions that it is given to throw.</summary>
    /// <param name="call">The call.</param>
    public static bool IsOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.DeclaringSyntaxReferences.Length > 0)
            return method.DeclaringSyntaxReferences.Any(reference => Catches(method, reference.GetSyntax()));
        return method.Name.StartsWith("Throw", StringComparison.Ordinal)
            || method.Name is "Invoking" or "Awaiting" or "CatchException"
            || (method.Name is "Exception" or "ExceptionAsync" && method.ContainingType?.Name == "Record")
            || (method.Name is "That" or "Catch" && method.ContainingType?.Name == "Assert" && (method.Name == "Catch" || call.Arguments.Any(NamesThrows)));
    }

    /// <summary>Whether a method calls a function that it is given, and catches what that throws.</summary>
    private static bool Catches(IMethodSymbol method, SyntaxNode declaration)
    {
        HashSet<string> functions = [.. method.Parameters.Where(parameter => parameter.Type.TypeKind == TypeKind.Delegate).Select(parameter => parameter.Name)];
        return functions.Count > 0 && declaration.DescendantNodes().OfType<TryStatementSyntax>().Where(attempt => attempt.Catches.Count > 0)
            .SelectMany(attempt => attempt.Block.DescendantNodes()).OfType<InvocationExpressionSyntax>()
            .Any(run => run.Expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => functions.Contains(name.Identifier.ValueText)));
    }

    private static bool NamesThrows(IArgumentOperation argument) =>
        argument.Value.DescendantsAndSelf().Any(part => part is IMemberReferenceOperation { Member.ContainingType.Name: "Throws" }
            or IInvocationOperation { TargetMethod.ContainingType.Name: "Throws" });
}
