using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>The adapters of one batch, each on rows of its own; a row that none is on runs with the base alone.</summary>
internal sealed class MixedAdapters : IAdapterWeights
{
    private readonly (LowRankAdapter Adapter, IReadOnlyList<RowRange> Rows)[] _adapters;

    /// <summary>Puts adapters of one tree on the rows of a batch.</summary>
    /// <param name="adapters">The adapters, each with its rows in rising order.</param>
    /// <exception cref="ArgumentException">The adapters are of different trees.</exception>
    internal MixedAdapters(IReadOnlyList<(LowRankAdapter Adapter, IReadOnlyList<RowRange> Rows)> adapters)
    {
        _adapters = [.. adapters];
        if (_adapters.Select(mixed => mixed.Adapter.Root).Distinct().Count() > 1)
            throw new ArgumentException("Adapters of different models can't run in one batch.", nameof(adapters));
    }

    /// <inheritdoc/>
    public LowRankTerms TermsOf(IAdapted layer) => layer is not Linear linear ? LowRankTerms.None : LowRankTerms.Of(
        [.. from mixed in _adapters
            let factors = mixed.Adapter.Of(linear) is { IsMerged: false } adapted ? adapted.Factors : null
            where factors is not null
            select new LowRankTerm(factors, mixed.Rows)]);

    /// <inheritdoc/>
    public TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => new(
        from mixed in _adapters
        let copy = ((IAdapterWeights)mixed.Adapter).CopiesOf(module, weight).OnAllRows
        where copy is not null
        select (copy, mixed.Rows));

    /// <summary>The adapters are their holders'.</summary>
    public void Dispose()
    {
    }
}
