namespace AdapterToolkit.Weights;

/// <summary>
/// What an adapter, or the several of a batch, give to the modules of a tree: terms that are added to products, and trained copies of weights.
/// </summary>
internal interface IAdapterWeights : IDisposable
{
    /// <summary>The low-rank terms of a layer's product.</summary>
    /// <param name="layer">The layer.</param>
    LowRankTerms TermsOf(IAdapted layer);

    /// <summary>The trained copies of a module's frozen weight; none where it runs as it is.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weight">The weight.</param>
    TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight);
}
