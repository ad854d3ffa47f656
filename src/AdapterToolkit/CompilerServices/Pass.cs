using System.ComponentModel;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// What one run of a model's <c>Forward</c> is told beside its arguments: which low-rank terms stand on which rows, and what trains. The emitted companions
/// of <c>Forward</c> hand it down to the modules that they call, and keep it in their records for the backward pass.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Pass
{
    private readonly IAdapterWeights? _adapter;
    private readonly bool _isActive;

    /// <summary>A run with an adapter's weights.</summary>
    /// <param name="adapter">The weights; null for the base alone.</param>
    internal Pass(IAdapterWeights? adapter) => _adapter = adapter;

    private Pass() => _isActive = true;

    /// <summary>A run with the adapter in use: what a <c>Forward</c> does that is called by hand.</summary>
    public static Pass Active { get; } = new();

    /// <summary>The low-rank terms of a layer's product.</summary>
    /// <param name="layer">The layer.</param>
    internal LowRankTerms TermsOf(IAdapted layer) => AdapterOf(layer)?.TermsOf(layer) ?? LowRankTerms.None;

    /// <summary>The trained copy of a module's own weight; null where it runs with the frozen one.</summary>
    /// <param name="module">The module.</param>
    internal Parameter? TrainedOf(IAdapted module) => AdapterOf(module)?.TrainedOf(module);

    /// <summary>What trains of a module: the factors of its terms, and its trained copy.</summary>
    /// <param name="module">The module.</param>
    internal IEnumerable<Parameter> ParametersOf(IAdapted module)
    {
        foreach (LowRankFactors factors in TermsOf(module).Factors)
        {
            yield return factors.A;
            yield return factors.B;
        }

        if (TrainedOf(module) is { } trained)
            yield return trained;
    }

    private IAdapterWeights? AdapterOf(IAdapted module) => _isActive ? module.AdapterWeights : _adapter;
}
