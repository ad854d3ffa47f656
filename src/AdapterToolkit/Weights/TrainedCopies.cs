namespace AdapterToolkit.Weights;

/// <summary>The copies of a frozen weight that adapters train, each on the rows of its adapter; the frozen weight itself stands on the others.</summary>
internal sealed class TrainedCopies
{
    private readonly (Parameter Copy, RowRange Rows)[] _byRow = [];

    /// <summary>One adapter's copy, on every row.</summary>
    /// <param name="copy">The copy.</param>
    internal TrainedCopies(Parameter copy)
    {
        OnAllRows = copy;
        Parameters = [copy];
    }

    /// <summary>Several adapters' copies.</summary>
    /// <param name="copies">The copies, each with its rows; no row twice.</param>
    internal TrainedCopies(IEnumerable<(Parameter Copy, IReadOnlyList<RowRange> Rows)> copies)
    {
        _byRow = [.. copies.SelectMany(copy => copy.Rows.Select(rows => (copy.Copy, rows))).OrderBy(copy => copy.rows.First)];
        Parameters = [.. _byRow.Select(copy => copy.Copy).Distinct()];
        for (int i = 1; i < _byRow.Length; i++)
        {
            if (_byRow[i - 1].Rows.End > _byRow[i].Rows.First)
                throw new ArgumentException($"Two trained copies stand on row {_byRow[i].Rows.First}.", nameof(copies));
        }
    }

    private TrainedCopies() => Parameters = [];

    /// <summary>No copies.</summary>
    internal static TrainedCopies None { get; } = new();

    /// <summary>Whether there are none.</summary>
    internal bool IsEmpty => Parameters.Count == 0;

    /// <summary>The copy that stands on all rows; null where there is none such.</summary>
    internal Parameter? OnAllRows { get; }

    /// <summary>Whether rows have different copies, or some have none.</summary>
    internal bool DifferByRow => !IsEmpty && OnAllRows is null;

    /// <summary>The copies, each once.</summary>
    internal IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The rows of a tensor in runs with the same copy, one after the other; null for the frozen weight.</summary>
    /// <param name="rows">How many rows the tensor has.</param>
    /// <exception cref="ArgumentException">A copy stands on rows that the tensor does not have.</exception>
    internal IEnumerable<(RowRange Rows, Parameter? Copy)> Runs(int rows)
    {
        if (OnAllRows is not null)
        {
            yield return (new RowRange(0, rows), OnAllRows);
            yield break;
        }

        int next = 0;
        foreach ((Parameter copy, RowRange range) in _byRow.Where(copy => copy.Rows.Count > 0))
        {
            if (range.End > rows)
                throw new ArgumentException($"A trained copy stands on rows {range.First} to {range.End - 1}, but the batch has {rows}.", nameof(rows));
            if (range.First > next)
                yield return (new RowRange(next, range.First - next), null);
            yield return (range, copy);
            next = range.End;
        }

        if (next < rows)
            yield return (new RowRange(next, rows - next), null);
    }
}
