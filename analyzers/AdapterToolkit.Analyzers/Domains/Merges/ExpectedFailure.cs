using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Recognizes calls that run a function to see it fail, as tests do: those of libraries by name, or by the exception that they name or give, and the
/// compilation's own by what they catch.
/// </summary>
/// <param name="compilation">The compilation.</param>
internal sealed class ExpectedFailure(Compilation compilation)
{
    private readonly INamedTypeSymbol? _exception = compilation.GetTypeByMetadataName("System.Exception");

    /// <summary>Whether a call takes the functions that it is given to throw.</summary>
    /// <param name="call">The call.</param>
    public bool IsOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod.OriginalDefinition;
        if (!method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Delegate))
            return false;
        return method.DeclaringSyntaxReferences.Length > 0
            ? method.DeclaringSyntaxReferences.Any(reference => Catches(method, reference.GetSyntax()))
            : call.TargetMethod.TypeArguments.Any(IsException) || GivesException(method.ReturnType) || IsOfTests(method, call);
    }

    private bool IsException(ITypeSymbol? type) => KnownTypes.DerivesFrom(type, _exception);

    private bool GivesException(ITypeSymbol type) => IsException(type) || (type is INamedTypeSymbol { TypeArguments: [var given] } && IsException(given));

    /// <summary>Whether a method is one by which a library for tests says that a function throws.</summary>
    private static bool IsOfTests(IMethodSymbol method, IInvocationOperation call) =>
        method.Name.StartsWith("Throw", StringComparison.Ordinal) || method.Name is "Invoking" or "Awaiting" or "CatchException" or "Catch"
            || (method is { Name: "That", ContainingType.Name: "Assert" } && call.Arguments.Any(NamesThrows));

    /// <summary>Whether a method calls a function that it is given, and catches what that throws.</summary>
    private static bool Catches(IMethodSymbol method, SyntaxNode declaration)
    {
        HashSet<string> functions = [.. method.Parameters.Where(parameter => parameter.Type.TypeKind == TypeKind.Delegate).Select(parameter => parameter.Name)];
        return declaration.DescendantNodes().OfType<TryStatementSyntax>().Where(attempt => attempt.Catches.Count > 0)
            .SelectMany(attempt => attempt.Block.DescendantNodes()).OfType<InvocationExpressionSyntax>()
            .Any(run => run.Expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => functions.Contains(name.Identifier.ValueText)));
    }

    private static bool NamesThrows(IArgumentOperation argument) =>
        argument.Value.DescendantsAndSelf().Any(part => part is IMemberReferenceOperation { Member.ContainingType.Name: "Throws" }
            or IInvocationOperation { TargetMethod.ContainingType.Name: "Throws" });
}
