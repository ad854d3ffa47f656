using System.ComponentModel;

namespace AdapterToolkit.Weights;

/// <summary>A term s·B(Ax) on rows that follow one another, and where the kernels put what they compute for it there.</summary>
/// <param name="Factors">A, B and s.</param>
/// <param name="First">The first row.</param>
/// <param name="End">The row after the last one; beyond the batch's rows where the term stands on all, however many there are.</param>
/// <param name="Slot">
/// Which of the terms on these rows it is: u = x Aᵀ and v = s·dy B hold the rows x rank numbers of the first terms of all rows, then those of the second
/// terms, and so on.
/// </param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct LowRankPlacement(LowRankFactors Factors, int First, int End, int Slot);
