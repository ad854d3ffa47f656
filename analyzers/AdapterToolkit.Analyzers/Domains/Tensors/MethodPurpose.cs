using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Tells which methods start an adapter at numbers that they compute from W, as PiSSA (Meng and others, 2024), LoftQ (Li and others, 2023) and their relatives
/// do: they, or the methods that they call, read the numbers of a frozen weight and give factors theirs.
/// </summary>
/// <param name="types">The known types.</param>
/// <param name="bodies">The bodies of the compilation.</param>
internal sealed class MethodPurpose(TensorTypes types, Bodies bodies)
{
    private const int MostDepth = 2;

    private readonly ConcurrentDictionary<ISymbol, bool> _known = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a method starts an adapter at numbers that are computed from W.</summary>
    public bool IsToStartAtWeights(ISymbol symbol) => symbol is IMethodSymbol && _known.GetOrAdd(symbol.OriginalDefinition, Find);

    private bool Find(ISymbol symbol)
    {
        IOperation[] operations = [.. Operations((IMethodSymbol)symbol, MostDepth)];
        return operations.Any(ReadsWeight) && operations.Any(SetsFactors);
    }

    private IEnumerable<IOperation> Operations(IMethodSymbol method, int depth)
    {
        foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
        {
            if (bodies.OperationOf(reference.GetSyntax(), CancellationToken.None) is not { } body)
                continue;
            foreach (IOperation operation in body.Descendants())
            {
                yield return operation;
                if (depth == 0 || operation is not IInvocationOperation { TargetMethod: var called })
                    continue;
                foreach (IOperation inner in Operations(Bodies.DefinitionOf(called), depth - 1))
                    yield return inner;
            }
        }
    }

    /// <summary>Whether an expression takes the numbers of a frozen weight.</summary>
    private bool ReadsWeight(IOperation operation) => operation is IInvocationOperation { TargetMethod: { Name: "ToTensor" or "ToArray" or "CopyTo" } method }
        && TensorTypes.Is(method.ContainingType, types.FrozenWeight);

    /// <summary>Whether an expression gives factors their numbers.</summary>
    private bool SetsFactors(IOperation operation) => operation switch
    {
        IObjectCreationOperation creation => TensorTypes.Is(creation.Type, types.Factors),
        IInvocationOperation { TargetMethod.Name: "SetFactors" } call => KnownTypes.DerivesFrom(call.TargetMethod.ContainingType, types.Linear),
        IInvocationOperation { TargetMethod.Name: "CopyFrom" or "CopyTo" or "FillGaussian" } call => call.Descendants().Any(IsFactor),
        IAssignmentOperation assignment => assignment.Target.DescendantsAndSelf().Any(IsFactor),
        _ => false,
    };

    private bool IsFactor(IOperation operation) =>
        operation is IPropertyReferenceOperation { Property: { Name: "A" or "B" } factor } && TensorTypes.Is(factor.ContainingType, types.Factors);
}
