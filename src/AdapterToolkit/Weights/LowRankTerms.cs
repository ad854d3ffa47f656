namespace AdapterToolkit.Weights;

/// <summary>
/// The low-rank terms of a layer's product: of one adapter on all rows, or of several, each on its own rows. A row without a term is the frozen
/// product's alone.
/// </summary>
internal sealed class LowRankTerms
{
    private readonly LowRankTerm[] _terms;

    private LowRankTerms(LowRankTerm[] terms) => _terms = terms;

    /// <summary>No terms.</summary>
    internal static LowRankTerms None { get; } = new([]);

    /// <summary>Whether there are none.</summary>
    internal bool IsEmpty => _terms.Length == 0;

    /// <summary>Whether rows have different terms, or some have none.</summary>
    internal bool DifferByRow => !IsEmpty && OnAllRows is null;

    /// <summary>The factors of the one term that stands on all rows; null where there is none such.</summary>
    internal LowRankFactors? OnAllRows => _terms is [{ Rows: null, Factors: var factors }] ? factors : null;

    /// <summary>The factors of all terms.</summary>
    internal IEnumerable<LowRankFactors> Factors => _terms.Select(term => term.Factors);

    /// <summary>One adapter's term on all rows.</summary>
    /// <param name="factors">A, B and s.</param>
    internal static LowRankTerms Of(LowRankFactors factors) => new([new LowRankTerm(factors)]);

    /// <summary>Several adapters' terms.</summary>
    /// <param name="terms">The terms, each with its rows.</param>
    /// <exception cref="ArgumentException">Two terms stand on one row, or one of several stands on all.</exception>
    internal static LowRankTerms Of(IReadOnlyList<LowRankTerm> terms)
    {
        if (terms.Count > 1 && terms.Any(term => term.Rows is null))
            throw new ArgumentException("A term stands on all rows, and there are others beside it. Name the rows of each.", nameof(terms));
        RowRange[] ranges = [.. terms.SelectMany(term => term.Rows ?? []).OrderBy(range => range.First)];
        for (int i = 1; i < ranges.Length; i++)
        {
            if (ranges[i - 1].End > ranges[i].First)
                throw new ArgumentException($"Two terms stand on row {ranges[i].First}.", nameof(terms));
        }

        return terms.Count == 0 ? None : new LowRankTerms([.. terms]);
    }

    /// <summary>The rows of a batch in runs of equal terms, one after the other.</summary>
    /// <param name="rows">How many rows the batch has.</param>
    /// <exception cref="ArgumentException">A term stands on rows that the batch does not have.</exception>
    internal IEnumerable<(RowRange Rows, LowRankFactors? Factors)> Runs(int rows)
    {
        int next = 0;
        foreach ((RowRange range, LowRankFactors factors) in _terms
            .SelectMany(term => (term.Rows ?? [new RowRange(0, rows)]).Select(range => (range, term.Factors)))
            .Where(run => run.range.Count > 0)
            .OrderBy(run => run.range.First))
        {
            if (range.First < 0 || range.End > rows)
                throw new ArgumentException($"A term stands on rows {range.First} to {range.End - 1}, but the batch has {rows}.", nameof(rows));
            if (range.First > next)
                yield return (new RowRange(next, range.First - next), null);
            yield return (range, factors);
            next = range.End;
        }

        if (next < rows)
            yield return (new RowRange(next, rows - next), null);
    }
}
