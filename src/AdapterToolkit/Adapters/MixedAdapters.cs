using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>
/// The adapters of one batch, each on some of its rows. A row that several are on has the sum of their terms, and one that none is on runs with the base alone.
/// </summary>
internal sealed class MixedAdapters : IAdapterWeights
{
    private readonly (LowRankAdapter Adapter, IReadOnlyList<RowRange> Rows)[] _adapters;
    private readonly Dictionary<Linear, PreparedTerms> _terms = [];

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
    public LowRankTerms TermsOf(IAdapted layer)
    {
        if (layer is not Linear linear)
            return LowRankTerms.None;
        if (!_terms.TryGetValue(linear, out PreparedTerms? prepared) || !IsCurrent(prepared, linear))
            _terms[linear] = prepared = Prepare(linear);
        return prepared.Terms;
    }

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

    private static LowRankFactors? FactorsOf(LowRankAdapter adapter, Linear layer) => adapter.Of(layer) is { IsMerged: false } adapted ? adapted.Factors : null;

    private PreparedTerms Prepare(Linear layer)
    {
        LowRankFactors?[] factors = [.. _adapters.Select(mixed => FactorsOf(mixed.Adapter, layer))];
        return new PreparedTerms(factors, LowRankTerms.Of(
            [.. from mixed in factors.Zip(_adapters)
                where mixed.First is not null
                select new LowRankTerm(mixed.First, mixed.Second.Rows)]));
    }

    /// <summary>Whether the adapters have the factors for a layer that its terms were prepared with.</summary>
    private bool IsCurrent(PreparedTerms prepared, Linear layer)
    {
        for (int i = 0; i < _adapters.Length; i++)
        {
            if (FactorsOf(_adapters[i].Adapter, layer) != prepared.Factors[i])
                return false;
        }

        return true;
    }

    /// <summary>The terms of a layer, and the factors by adapter that they were prepared with.</summary>
    private sealed record PreparedTerms(LowRankFactors?[] Factors, LowRankTerms Terms);
}
