using AdapterToolkit.Operators;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>Adapter weights that are virtual tokens alone, and note at which sites they are asked for.</summary>
/// <param name="at">Gives the tokens at a site.</param>
internal sealed class GivenPrefixes(Func<int, IReadOnlyList<VirtualTokens>> at) : IAdapterWeights, IAttentionPrefixes
{
    /// <summary>The sites that were asked for, in order.</summary>
    public List<int> Asked { get; } = [];

    public IReadOnlyList<VirtualTokens> At(int site)
    {
        Asked.Add(site);
        return at(site);
    }

    public LowRankTerms TermsOf(IAdapted layer) => LowRankTerms.None;

    public TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => TrainedCopies.None;

    public void Dispose()
    {
    }
}
