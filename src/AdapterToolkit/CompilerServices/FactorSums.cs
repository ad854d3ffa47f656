using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// Adds sums over the rows of a batch, which a kernel left in scratch memory, to the gradient of a factor. Each product is rounded before it is added, in
/// vectors as in single numbers, so that the bits depend neither on the width nor on where a number stands.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FactorSums
{
    /// <summary>gradient[r, i] += factor · sums[r, i].</summary>
    /// <typeparam name="TVector">The vectors.</typeparam>
    /// <typeparam name="TOperations">Their operations.</typeparam>
    /// <param name="sums">The sums: ranks x width.</param>
    /// <param name="width">How many numbers a row of the sums has.</param>
    /// <param name="gradient">The first number of the gradient to add to.</param>
    /// <param name="stride">From one of the gradient's rows to the next.</param>
    /// <param name="ranks">How many rows there are.</param>
    /// <param name="columns">How many columns to add, at most <paramref name="width"/>.</param>
    /// <param name="factor">What to multiply by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TVector, TOperations>(ref float sums, int width, ref float gradient, nint stride, int ranks, int columns, float factor)
        where TVector : struct
        where TOperations : struct, IVectorOperations<TVector>
    {
        TVector factors = TOperations.Create(factor);
        for (int rank = 0; rank < ranks; rank++)
        {
            int column = 0;
            for (; column <= columns - TOperations.Count; column += TOperations.Count)
            {
                TVector products = TOperations.Multiply(factors, TOperations.Load(ref sums, column));
                TOperations.Store(TOperations.Add(TOperations.Load(ref gradient, column), products), ref gradient, column);
            }

            for (; column < columns; column++)
                Unsafe.Add(ref gradient, column) += factor * Unsafe.Add(ref sums, column);
            sums = ref Unsafe.Add(ref sums, width);
            gradient = ref Unsafe.Add(ref gradient, stride);
        }
    }

    /// <summary>gradient[i, r] += factor · sums[r, i], in squares of 4 x 4 numbers that are transposed on the way.</summary>
    /// <param name="sums">The sums: ranks x width.</param>
    /// <param name="width">How many numbers a row of the sums has.</param>
    /// <param name="gradient">The first number of the gradient to add to.</param>
    /// <param name="stride">From one of the gradient's rows to the next.</param>
    /// <param name="ranks">How many rows of the sums there are.</param>
    /// <param name="columns">How many columns to add, at most <paramref name="width"/>.</param>
    /// <param name="factor">What to multiply by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTransposed(ref float sums, int width, ref float gradient, nint stride, int ranks, int columns, float factor)
    {
        Vector128<float> factors = Vector128.Create(factor);
        int wholeColumns = columns & ~3, wholeRanks = ranks & ~3;
        for (int column = 0; column < wholeColumns; column += 4)
        {
            ref float target0 = ref Unsafe.Add(ref gradient, column * stride);
            ref float target1 = ref Unsafe.Add(ref target0, stride);
            ref float target2 = ref Unsafe.Add(ref target1, stride);
            ref float target3 = ref Unsafe.Add(ref target2, stride);
            for (int rank = 0; rank < wholeRanks; rank += 4)
            {
                ref float source = ref Unsafe.Add(ref sums, (rank * width) + column);
                Vector128<float> a = factors * Vector128.LoadUnsafe(ref source);
                Vector128<float> b = factors * Vector128.LoadUnsafe(ref source, (nuint)width);
                Vector128<float> c = factors * Vector128.LoadUnsafe(ref source, (nuint)(2 * width));
                Vector128<float> d = factors * Vector128.LoadUnsafe(ref source, (nuint)(3 * width));
                Tiles.Transpose(ref a, ref b, ref c, ref d);
                (Vector128.LoadUnsafe(ref target0, (nuint)rank) + a).StoreUnsafe(ref target0, (nuint)rank);
                (Vector128.LoadUnsafe(ref target1, (nuint)rank) + b).StoreUnsafe(ref target1, (nuint)rank);
                (Vector128.LoadUnsafe(ref target2, (nuint)rank) + c).StoreUnsafe(ref target2, (nuint)rank);
                (Vector128.LoadUnsafe(ref target3, (nuint)rank) + d).StoreUnsafe(ref target3, (nuint)rank);
            }
        }

        AddSingly(ref sums, width, ref gradient, stride, wholeRanks, ranks, 0, wholeColumns, factor);
        AddSingly(ref sums, width, ref gradient, stride, 0, ranks, wholeColumns, columns, factor);
    }

    private static void AddSingly(
        ref float sums, int width, ref float gradient, nint stride, int firstRank, int endRank, int firstColumn, int endColumn, float factor)
    {
        for (int column = firstColumn; column < endColumn; column++)
        {
            for (int rank = firstRank; rank < endRank; rank++)
                Unsafe.Add(ref gradient, (column * stride) + rank) += factor * Unsafe.Add(ref sums, (rank * width) + column);
        }
    }
}
