using AdapterToolkit.Kernels;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Looks rows of a matrix up: one thread an element of the result.</summary>
internal static class GatherKernels
{
    /// <summary>result[i, j] = matrix[ids[i], j].</summary>
    /// <param name="matrix">The matrix, row-major.</param>
    /// <param name="ids">Which rows.</param>
    /// <param name="columns">How many columns the matrix has.</param>
    /// <param name="result">Receives the rows.</param>
    [Kernel]
    public static void Gather(ArrayView<float> matrix, ArrayView<int> ids, int columns, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = matrix[((long)ids[i / columns] * columns) + (i % columns)];
    }

    /// <summary>result[i, j] = matrix[ids[i], j], of a matrix in bfloat16.</summary>
    /// <param name="matrix">The matrix, row-major, two numbers a word.</param>
    /// <param name="ids">Which rows.</param>
    /// <param name="columns">How many columns the matrix has.</param>
    /// <param name="result">Receives the rows.</param>
    [Kernel]
    public static void GatherBFloat16(ArrayView<uint> matrix, ArrayView<int> ids, int columns, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = SixteenBitNumbers.FromBFloat16(Gathered(matrix, ids, columns, i));
    }

    /// <summary>result[i, j] = matrix[ids[i], j], of a matrix in half precision.</summary>
    /// <param name="matrix">The matrix, row-major, two numbers a word.</param>
    /// <param name="ids">Which rows.</param>
    /// <param name="columns">How many columns the matrix has.</param>
    /// <param name="result">Receives the rows.</param>
    [Kernel]
    public static void GatherFloat16(ArrayView<uint> matrix, ArrayView<int> ids, int columns, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = SixteenBitNumbers.FromFloat16(Gathered(matrix, ids, columns, i));
    }

    /// <summary>result[ids[i], j] = x[i, j].</summary>
    /// <param name="x">The rows, row-major.</param>
    /// <param name="ids">Where each goes.</param>
    /// <param name="columns">How many columns there are.</param>
    /// <param name="result">Receives the rows.</param>
    [Kernel]
    public static void Scatter(ArrayView<float> x, ArrayView<int> ids, int columns, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < x.IntLength)
            result[((long)ids[i / columns] * columns) + (i % columns)] = x[i];
    }

    private static uint Gathered(ArrayView<uint> matrix, ArrayView<int> ids, int columns, int i)
    {
        int element = (ids[i / columns] * columns) + (i % columns);
        return SixteenBitNumbers.InWord(matrix[element >> 1], element);
    }
}
