using System.ComponentModel;

namespace AdapterToolkit.Weights;

/// <summary>
/// The low-rank terms of a layer's product: a list of terms, each on all rows or on some. Several may stand on one row, which then has the sum of them; a row
/// without a term is the frozen product's alone.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LowRankTerms
{
    private readonly LowRankPlacement[] _placements;
    private readonly LowRankFactors[] _factors;

    private LowRankTerms(LowRankPlacement[] placements, LowRankFactors? onAllRows)
    {
        _placements = placements;
        Runs =
        [
            .. placements.GroupBy(placement => placement.Factors, (factors, own) => new LowRankRuns(
                factors,
                [.. own.Select(placement => new RowRange(placement.First, placement.End - placement.First))],
                [.. own.Select(placement => placement.Slot)])),
        ];
        _factors = [.. Runs.Select(runs => runs.Factors)];
        OnAllRows = onAllRows;
        foreach (LowRankPlacement placement in placements)
            Slots = Math.Max(Slots, placement.Slot + 1);
    }

    /// <summary>No terms.</summary>
    public static LowRankTerms None { get; } = new([], null);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _placements.Length == 0;

    /// <summary>The factors of the only term, where it stands on all rows; null where there is none, or another one.</summary>
    public LowRankFactors? OnAllRows { get; }

    /// <summary>The most terms that stand on one row.</summary>
    public int Slots { get; }

    /// <summary>
    /// Which term stands on which rows: for each term, in the order of the list, runs of rows that have it in the same slot. A row's terms are in the order of
    /// their slots.
    /// </summary>
    public ReadOnlySpan<LowRankPlacement> Placements => _placements;

    /// <summary>The placements by their factors.</summary>
    internal IReadOnlyList<LowRankRuns> Runs { get; }

    /// <summary>The factors of all terms, each once.</summary>
    internal IReadOnlyList<LowRankFactors> Factors => _factors;

    /// <summary>One adapter's term on all rows.</summary>
    /// <param name="factors">A, B and s.</param>
    public static LowRankTerms Of(LowRankFactors factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        return new LowRankTerms([new LowRankPlacement(factors, 0, int.MaxValue, 0)], factors);
    }

    /// <summary>Several terms.</summary>
    /// <param name="terms">The terms, each with its rows.</param>
    /// <exception cref="ArgumentException">A term stands twice on a row.</exception>
    internal static LowRankTerms Of(IReadOnlyList<LowRankTerm> terms) => terms switch
    {
        [] => None,
        [{ Rows: null, Factors: var only }] => Of(only),
        _ => new LowRankTerms(Place(terms), null),
    };

    /// <summary>Refuses a batch without some of the rows that terms stand on.</summary>
    /// <param name="rows">How many rows the batch has.</param>
    /// <exception cref="ArgumentException">A term stands on rows that the batch does not have.</exception>
    internal void ThrowIfBeyond(int rows)
    {
        foreach (LowRankPlacement placement in _placements)
        {
            if (placement.End > rows && placement.End < int.MaxValue)
                throw new ArgumentException($"A term stands on rows {placement.First} to {placement.End - 1}, but the batch has {rows}.", nameof(rows));
        }
    }

    /// <summary>Divides the rows where the terms on them change, and joins a term's parts again that have it in the same slot.</summary>
    private static LowRankPlacement[] Place(IReadOnlyList<LowRankTerm> terms)
    {
        RowRange[][] ranges = [.. terms.Select(RowsOf)];
        int[] bounds = [.. ranges.SelectMany(rows => rows).SelectMany(range => (int[])[range.First, range.End]).Distinct().Order()];
        List<LowRankPlacement>[] placements = [.. terms.Select(_ => new List<LowRankPlacement>())];
        for (int i = 0; i + 1 < bounds.Length; i++)
        {
            int slot = 0, first = bounds[i], end = bounds[i + 1];
            for (int term = 0; term < terms.Count; term++)
            {
                if (!Array.Exists(ranges[term], range => range.First <= first && range.End > first))
                    continue;
                List<LowRankPlacement> placed = placements[term];
                if (placed is [.., var last] && last.End == first && last.Slot == slot)
                    placed[^1] = last with { End = end };
                else
                    placed.Add(new LowRankPlacement(terms[term].Factors, first, end, slot));
                slot++;
            }
        }

        return [.. placements.SelectMany(placed => placed)];
    }

    private static RowRange[] RowsOf(LowRankTerm term)
    {
        RowRange[] rows = [.. (term.Rows ?? [new RowRange(0, int.MaxValue)]).Where(range => range.Count > 0).OrderBy(range => range.First)];
        for (int i = 1; i < rows.Length; i++)
        {
            if (rows[i - 1].End > rows[i].First)
                throw new ArgumentException($"A term stands twice on row {rows[i].First}.", nameof(term));
        }

        return rows;
    }
}
