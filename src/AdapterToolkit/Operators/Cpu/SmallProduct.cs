using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// Products of the small matrices of attention, in register tiles of some rows by two vectors: result[i, lane] =
/// Σ_k left[i, k] · right[k, lane]. Numbers of the left matrix are taken one at a time, so it may lie in any order; the
/// right one and the result have two vectors a row.
/// </summary>
internal static class SmallProduct
{
    /// <summary>How many numbers a row of the right matrix and of the result has.</summary>
    internal static int Lanes<TOperations, TVector>()
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        2 * TOperations.Count;

    /// <summary>result[i, lane] = Σ_k left[i, k] · right[k, lane], or added to what is there.</summary>
    /// <param name="left">The first number of the left matrix.</param>
    /// <param name="rowStride">From one of its rows to the next.</param>
    /// <param name="step">From one number of a row to the next.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="right">The first number of the right matrix.</param>
    /// <param name="rightStride">From one of its rows to the next.</param>
    /// <param name="depth">How many products are summed.</param>
    /// <param name="result">The first number of the result.</param>
    /// <param name="resultStride">From one of its rows to the next.</param>
    /// <param name="accumulates">Whether the sums are added to the result.</param>
    internal static void Multiply<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        MultiplyTiles<TOperations, TVector, BothVectors<TOperations, TVector>>(
            ref left, rowStride, step, rows, ref right, rightStride, depth, ref result, resultStride, accumulates);

    /// <summary><see cref="Multiply"/> of the second vector of each row alone.</summary>
    /// <inheritdoc cref="Multiply"/>
    internal static void MultiplyFar<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        MultiplyTiles<TOperations, TVector, FarVector<TOperations, TVector>>(
            ref left, rowStride, step, rows, ref right, rightStride, depth, ref result, resultStride, accumulates);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTiles<TOperations, TVector, TSums>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
        where TSums : struct, IRowSums<TSums, TVector>
    {
        int height = TSums.HoldsEightRows ? 8 : 4;
        for (int row = 0; row < rows; row += height)
            Tile<TOperations, TVector, TSums>(
                ref Unsafe.Add(ref left, row * rowStride), rowStride, step, rows - row, ref right, rightStride, depth,
                ref Unsafe.Add(ref result, row * resultStride), resultStride, accumulates);
    }

    /// <summary>At most as many rows as the registers hold sums of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TOperations, TVector, TSums>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
        where TSums : struct, IRowSums<TSums, TVector>
    {
        // Rows beyond the last repeat it; what they give is not stored.
        ref float left0 = ref left;
        ref float left1 = ref Unsafe.Add(ref left, Math.Min(1, rows - 1) * rowStride);
        ref float left2 = ref Unsafe.Add(ref left, Math.Min(2, rows - 1) * rowStride);
        ref float left3 = ref Unsafe.Add(ref left, Math.Min(3, rows - 1) * rowStride);
        ref float left4 = ref Unsafe.Add(ref left, Math.Min(4, rows - 1) * rowStride);
        ref float left5 = ref Unsafe.Add(ref left, Math.Min(5, rows - 1) * rowStride);
        ref float left6 = ref Unsafe.Add(ref left, Math.Min(6, rows - 1) * rowStride);
        ref float left7 = ref Unsafe.Add(ref left, Math.Min(7, rows - 1) * rowStride);
        TSums sums0 = default, sums1 = default, sums2 = default, sums3 = default, sums4 = default, sums5 = default, sums6 = default, sums7 = default;
        nint offset = 0;
        for (int k = 0; k < depth; k++)
        {
            TSums row = TSums.Load(ref right);
            sums0.AddProduct(TOperations.Create(Unsafe.Add(ref left0, offset)), row);
            sums1.AddProduct(TOperations.Create(Unsafe.Add(ref left1, offset)), row);
            sums2.AddProduct(TOperations.Create(Unsafe.Add(ref left2, offset)), row);
            sums3.AddProduct(TOperations.Create(Unsafe.Add(ref left3, offset)), row);
            if (TSums.HoldsEightRows)
            {
                sums4.AddProduct(TOperations.Create(Unsafe.Add(ref left4, offset)), row);
                sums5.AddProduct(TOperations.Create(Unsafe.Add(ref left5, offset)), row);
                sums6.AddProduct(TOperations.Create(Unsafe.Add(ref left6, offset)), row);
                sums7.AddProduct(TOperations.Create(Unsafe.Add(ref left7, offset)), row);
            }

            right = ref Unsafe.Add(ref right, rightStride);
            offset += step;
        }

        sums0.Store(ref result, accumulates);
        if (rows > 1)
            sums1.Store(ref Unsafe.Add(ref result, 1 * resultStride), accumulates);
        if (rows > 2)
            sums2.Store(ref Unsafe.Add(ref result, 2 * resultStride), accumulates);
        if (rows > 3)
            sums3.Store(ref Unsafe.Add(ref result, 3 * resultStride), accumulates);
        if (!TSums.HoldsEightRows)
            return;
        if (rows > 4)
            sums4.Store(ref Unsafe.Add(ref result, 4 * resultStride), accumulates);
        if (rows > 5)
            sums5.Store(ref Unsafe.Add(ref result, 5 * resultStride), accumulates);
        if (rows > 6)
            sums6.Store(ref Unsafe.Add(ref result, 6 * resultStride), accumulates);
        if (rows > 7)
            sums7.Store(ref Unsafe.Add(ref result, 7 * resultStride), accumulates);
    }
}
