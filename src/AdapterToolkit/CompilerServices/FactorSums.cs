using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AdapterToolkit.CompilerServices;

/// <summary>Adds sums over the rows of a batch, which a kernel left in scratch memory, to the gradient of a factor.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FactorSums
{
    /// <summary>gradient[r, i] += factor · sums[r, i].</summary>
    /// <param name="sums">The sums: ranks x width.</param>
    /// <param name="width">How many numbers a row of the sums has.</param>
    /// <param name="gradient">The first number of the gradient to add to.</param>
    /// <param name="stride">From one of the gradient's rows to the next.</param>
    /// <param name="ranks">How many rows there are.</param>
    /// <param name="columns">How many columns to add, at most <paramref name="width"/>.</param>
    /// <param name="factor">What to multiply by.</param>
    public static void Add(ref float sums, int width, ref float gradient, nint stride, int ranks, int columns, float factor)
    {
        for (int rank = 0; rank < ranks; rank++)
        {
            for (int column = 0; column < columns; column++)
                Unsafe.Add(ref gradient, column) += factor * Unsafe.Add(ref sums, column);
            sums = ref Unsafe.Add(ref sums, width);
            gradient = ref Unsafe.Add(ref gradient, stride);
        }
    }

    /// <summary>gradient[i, r] += factor · sums[r, i].</summary>
    /// <inheritdoc cref="Add"/>
    public static void AddTransposed(ref float sums, int width, ref float gradient, nint stride, int ranks, int columns, float factor)
    {
        for (int column = 0; column < columns; column++)
        {
            for (int rank = 0; rank < ranks; rank++)
                Unsafe.Add(ref gradient, rank) += factor * Unsafe.Add(ref sums, (rank * width) + column);
            gradient = ref Unsafe.Add(ref gradient, stride);
        }
    }
}
