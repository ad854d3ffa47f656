using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

/// <summary>Adds what rows of a batch contribute to the gradients of parameters, sequence by sequence where a run tells them apart.</summary>
internal interface IGradientSums
{
    /// <summary>Adds to the accumulated gradients of parameters to which the same rows contribute.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="tensorRows">How many rows the batch has.</param>
    /// <param name="runs">The rows that the parameters stand on, in rising order.</param>
    /// <param name="add">
    /// Adds what some rows of a run, which is told by its place in the list, contribute to the accumulated gradients, in one addition.
    /// </param>
    void AddGradients(ReadOnlySpan<Parameter> parameters, int tensorRows, IReadOnlyList<RowRange> runs, Action<int, RowRange> add);
}
