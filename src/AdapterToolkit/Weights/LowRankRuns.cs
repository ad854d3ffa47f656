namespace AdapterToolkit.Weights;

/// <summary>Where one adapter's factors stand among the terms of a layer: on runs of rows, in each of them in one slot.</summary>
/// <param name="Factors">A, B and s.</param>
/// <param name="Rows">The runs; one on all rows, however many there are, ends beyond those of the batch.</param>
/// <param name="Slots">The slot in each of the runs (<see cref="LowRankPlacement.Slot"/>).</param>
internal sealed record LowRankRuns(LowRankFactors Factors, IReadOnlyList<RowRange> Rows, IReadOnlyList<int> Slots);
