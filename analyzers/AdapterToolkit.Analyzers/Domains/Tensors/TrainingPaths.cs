using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Tells which methods belong to a forward or backward pass: those by which TorchSharp and the toolkit run a module.</summary>
/// <param name="types">The known types.</param>
internal sealed class TrainingPaths(TensorTypes types)
{
    /// <summary>Whether a method is the forward pass of a module: of TorchSharp, of the toolkit, or of a class that the toolkit differentiates.</summary>
    public bool IsForward(ISymbol symbol) =>
        symbol is IMethodSymbol { Name: "Forward" or "ForwardSaving" or "Evaluate" or "forward" or "call" } method && IsOfModule(method);

    /// <summary>Whether a method is run again and again, by a forward or a backward pass.</summary>
    public bool AreRunIn(ISymbol symbol) =>
        IsForward(symbol) || (symbol is IMethodSymbol { Name: "Backward" or "backward" } method && IsOfModule(method));

    private bool IsOfModule(IMethodSymbol method)
    {
        IMethodSymbol root = method;
        while (root.OverriddenMethod is { } overridden)
            root = overridden;
        return KnownTypes.DerivesFrom(root.ContainingType, types.Module)
            || (types.IsOfTorch(root.ContainingType) && KnownTypes.DerivesFrom(root.ContainingType, types.TorchModule))
            || KnownTypes.IsMarkedModel(method.ContainingType);
    }
}
