namespace AdapterToolkit.Weights;

/// <summary>A term s·B(Ax) that is added to a layer's product, and the rows that it is added on.</summary>
internal sealed class LowRankTerm
{
    /// <summary>Makes a term that stands on every row, however many there are.</summary>
    /// <param name="factors">A, B and s.</param>
    internal LowRankTerm(LowRankFactors factors) => Factors = factors;

    /// <summary>Makes a term that stands on some rows.</summary>
    /// <param name="factors">A, B and s.</param>
    /// <param name="rows">The rows, in rising order; none twice.</param>
    internal LowRankTerm(LowRankFactors factors, IReadOnlyList<RowRange> rows)
        : this(factors) => Rows = rows;

    /// <summary>A, B and s.</summary>
    internal LowRankFactors Factors { get; }

    /// <summary>The rows that it stands on; null for all.</summary>
    internal IReadOnlyList<RowRange>? Rows { get; }
}
