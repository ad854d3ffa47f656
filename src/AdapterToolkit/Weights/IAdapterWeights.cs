namespace AdapterToolkit.Weights;

/// <summary>
/// What an adapter, or the several of a batch, give to the modules of a tree: terms that are added to products, and trained copies of weights.
/// </summary>
internal interface IAdapterWeights : IDisposable
{
    /// <summary>The low-rank terms of a layer's product.</summary>
    /// <param name="layer">The layer.</param>
    LowRankTerms TermsOf(IAdapted layer);

    /// <summary>The trained copy of a module's own weight; null where it runs with the frozen one.</summary>
    /// <param name="module">The module.</param>
    Parameter? TrainedOf(IAdapted module);
}
