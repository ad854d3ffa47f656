using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// Tells which methods are helpers of a <c>Forward</c>, whose bodies are lifted in place of a call: local functions, and methods of the class or of
/// one that it derives from, of which it is known which body runs.
/// </summary>
/// <param name="types">The toolkit's types.</param>
/// <param name="type">The class whose <c>Forward</c> is lifted.</param>
/// <param name="compilation">The compilation.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class HelperReader(KnownTypes types, INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
{
    /// <summary>Whether a call runs a method of the object itself, or of its class.</summary>
    public bool IsOwn(IInvocationOperation call) =>
        call.TargetMethod.MethodKind == MethodKind.LocalFunction
        || (call.TargetMethod.MethodKind == MethodKind.Ordinary
            && call.Instance is null or IInstanceReferenceOperation
            && KnownTypes.SelfAndBases(type).Any(own => SymbolEqualityComparer.Default.Equals(own, call.TargetMethod.ContainingType)));

    /// <summary>Whether a method returns a tensor, or a tuple of tensors.</summary>
    public bool ReturnsTensors(IMethodSymbol method) => types.IsTensor(method.ReturnType) || TupleOf(method) is not null;

    /// <summary>The tuple of tensors that a method returns; null where it returns anything else.</summary>
    public INamedTypeSymbol? TupleOf(IMethodSymbol method) =>
        method.ReturnType is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(element => types.IsTensor(element.Type)) ? tuple : null;

    /// <summary>The method whose body a call runs.</summary>
    /// <param name="call">A call of a method of the object itself.</param>
    /// <param name="frame">The body that calls it.</param>
    /// <exception cref="LiftingException">The body that runs is not known, or can't stand in place of the call.</exception>
    public IMethodSymbol Read(IInvocationOperation call, CallFrame frame)
    {
        IMethodSymbol method = call.TargetMethod;
        if (frame.Find(method) is not null)
            throw Refuse(RecursionOf(method, frame), "write a loop");
        if (method.IsAbstract || method.IsVirtual || method.IsOverride)
        {
            string kind = method.IsAbstract ? "abstract" : method.IsOverride ? "an override" : "virtual";
            throw Refuse($"which is {kind}", "a derived class may run another body; make it private, or move it into a module of its own");
        }

        if (method.IsGenericMethod)
            throw Refuse("which is generic", "write it for the types that Forward calls it with");
        if (!SymbolEqualityComparer.Default.Equals(method.ContainingType, type) && method.ContainingType.IsGenericType)
            throw Refuse($"which the generic class '{method.ContainingType.Name}' declares", "declare it in the class itself, or in one that is not generic");
        if (method.Parameters.FirstOrDefault(parameter => parameter.RefKind != RefKind.None) is { } reference)
            throw Refuse($"which takes '{reference.Name}' by reference", "take it by value, and return what it becomes, several in a tuple");
        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
            throw Refuse("which returns a reference", "return the tensor itself");
        IMethodSymbol implementation = method.PartialImplementationPart ?? method;
        if (implementation.DeclaringSyntaxReferences.Length == 0)
            throw Refuse("whose source is in another assembly", "write its body here, or mark it [Gradient] there and write its gradient method");
        if (BodyOf(implementation) is null)
            throw Refuse("which has no body", "write one, or mark it [Gradient] and write its gradient method");
        return implementation;

        LiftingException Refuse(string why, string remedy) => new(call.Syntax, $"A call of '{method.Name}', {why}", remedy);
    }

    /// <summary>The declaration of a helper.</summary>
    public SyntaxNode DeclarationOf(IMethodSymbol helper) => helper.DeclaringSyntaxReferences[0].GetSyntax(cancellation);

    /// <summary>The semantic model of a declaration's file.</summary>
    /// <param name="declaration">The declaration.</param>
    /// <param name="frame">The body that calls it, which may stand in the same file.</param>
    public SemanticModel ModelOf(SyntaxNode declaration, CallFrame frame) =>
        declaration.SyntaxTree == frame.Model.SyntaxTree ? frame.Model : compilation.GetSemanticModel(declaration.SyntaxTree);

    /// <summary>Whether a local function takes, returns or computes tensors, so that it is lifted where it is called.</summary>
    public bool ComputesTensors(IMethodSymbol function, SemanticModel model) =>
        types.IsTensor(function.ReturnType)
        || TupleOf(function) is not null
        || function.Parameters.Any(parameter => types.IsTensor(parameter.Type))
        || (model.GetOperation(DeclarationOf(function), cancellation) is { } operation && !ControlFlow.IsFreeOfTensors(operation, types));

    /// <summary>Whether an expression is made from what an asynchronous method of the object itself returns: the name of that method.</summary>
    public string? AsynchronousIn(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod: { IsAsync: true } method } call when IsOwn(call) => method.Name,
        IInvocationOperation { Instance: { } instance } => AsynchronousIn(instance),
        IPropertyReferenceOperation { Instance: { } instance } => AsynchronousIn(instance),
        IAwaitOperation { Operation: { } awaited } => AsynchronousIn(awaited),
        _ => null,
    };

    private static string RecursionOf(IMethodSymbol method, CallFrame frame)
    {
        List<string> between = [];
        for (CallFrame? current = frame; current is not null && !SymbolEqualityComparer.Default.Equals(current.Method, method); current = current.Caller)
            between.Insert(0, $"'{current.Method.Name}'");
        return between.Count == 0 ? "which calls itself" : $"which calls itself through {string.Join(" and ", between)}";
    }

    private SyntaxNode? BodyOf(IMethodSymbol method) => DeclarationOf(method) switch
    {
        MethodDeclarationSyntax declaration => declaration.Body ?? (SyntaxNode?)declaration.ExpressionBody,
        LocalFunctionStatementSyntax declaration => declaration.Body ?? (SyntaxNode?)declaration.ExpressionBody,
        _ => null,
    };
}
