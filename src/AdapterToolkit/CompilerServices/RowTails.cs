using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AdapterToolkit.CompilerServices;

/// <summary>Adds to scalar products of rows what their last numbers give, which fill no whole vector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RowTails
{
    /// <summary>result[row, r] += scaling · Σ source[row, k] · factor[r, k], k from the start to the depth.</summary>
    /// <param name="source">The first number of the source's first row.</param>
    /// <param name="factor">The first number of the factor's first row.</param>
    /// <param name="depth">How many numbers a row of either has.</param>
    /// <param name="start">How many of them are summed already.</param>
    /// <param name="scaling">What to multiply by.</param>
    /// <param name="result">The first result.</param>
    /// <param name="resultStride">From one row of results to the next.</param>
    /// <param name="rows">How many rows of the source there are.</param>
    /// <param name="ranks">How many rows of the factor there are.</param>
    public static void AddProducts(
        ref float source, ref float factor, nint depth, nint start, float scaling, ref float result, nint resultStride, int rows, int ranks)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                float sum = 0;
                for (nint k = start; k < depth; k++)
                    sum += Unsafe.Add(ref source, (row * depth) + k) * Unsafe.Add(ref factor, (rank * depth) + k);
                Unsafe.Add(ref result, (row * resultStride) + rank) += scaling * sum;
            }
        }
    }
}
