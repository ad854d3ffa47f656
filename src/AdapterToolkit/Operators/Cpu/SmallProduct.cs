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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        // Sixteen sums fill the pipeline of processors with 32 vector registers, eight that of those with 16.
        int height = TOperations.Count == 16 ? 8 : 4;
        for (int row = 0; row < rows; row += height)
        {
            ref float tile = ref Unsafe.Add(ref left, row * rowStride);
            ref float target = ref Unsafe.Add(ref result, row * resultStride);
            if (TOperations.Count == 16)
                Tile8<TOperations, TVector>(ref tile, rowStride, step, rows - row, ref right, rightStride, depth, ref target, resultStride, accumulates);
            else
                Tile4<TOperations, TVector>(ref tile, rowStride, step, rows - row, ref right, rightStride, depth, ref target, resultStride, accumulates);
        }
    }

    /// <summary><see cref="Multiply"/> of the second vector of each row alone.</summary>
    /// <inheritdoc cref="Multiply"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyFar<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        for (int row = 0; row < rows; row += 8)
            FarTile8<TOperations, TVector>(
                ref Unsafe.Add(ref left, row * rowStride), rowStride, step, rows - row, ref right, rightStride, depth,
                ref Unsafe.Add(ref result, row * resultStride), resultStride, accumulates);
    }

    /// <summary>At most eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
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
        TVector near0 = TOperations.Zero, far0 = TOperations.Zero;
        TVector near1 = TOperations.Zero, far1 = TOperations.Zero;
        TVector near2 = TOperations.Zero, far2 = TOperations.Zero;
        TVector near3 = TOperations.Zero, far3 = TOperations.Zero;
        TVector near4 = TOperations.Zero, far4 = TOperations.Zero;
        TVector near5 = TOperations.Zero, far5 = TOperations.Zero;
        TVector near6 = TOperations.Zero, far6 = TOperations.Zero;
        TVector near7 = TOperations.Zero, far7 = TOperations.Zero;
        nint offset = 0;
        for (int k = 0; k < depth; k++)
        {
            TVector near = TOperations.Load(ref right, 0), far = TOperations.Load(ref right, TOperations.Count);
            TVector factor;
            factor = TOperations.Create(Unsafe.Add(ref left0, offset));
            near0 = TOperations.MultiplyAdd(factor, near, near0);
            far0 = TOperations.MultiplyAdd(factor, far, far0);
            factor = TOperations.Create(Unsafe.Add(ref left1, offset));
            near1 = TOperations.MultiplyAdd(factor, near, near1);
            far1 = TOperations.MultiplyAdd(factor, far, far1);
            factor = TOperations.Create(Unsafe.Add(ref left2, offset));
            near2 = TOperations.MultiplyAdd(factor, near, near2);
            far2 = TOperations.MultiplyAdd(factor, far, far2);
            factor = TOperations.Create(Unsafe.Add(ref left3, offset));
            near3 = TOperations.MultiplyAdd(factor, near, near3);
            far3 = TOperations.MultiplyAdd(factor, far, far3);
            factor = TOperations.Create(Unsafe.Add(ref left4, offset));
            near4 = TOperations.MultiplyAdd(factor, near, near4);
            far4 = TOperations.MultiplyAdd(factor, far, far4);
            factor = TOperations.Create(Unsafe.Add(ref left5, offset));
            near5 = TOperations.MultiplyAdd(factor, near, near5);
            far5 = TOperations.MultiplyAdd(factor, far, far5);
            factor = TOperations.Create(Unsafe.Add(ref left6, offset));
            near6 = TOperations.MultiplyAdd(factor, near, near6);
            far6 = TOperations.MultiplyAdd(factor, far, far6);
            factor = TOperations.Create(Unsafe.Add(ref left7, offset));
            near7 = TOperations.MultiplyAdd(factor, near, near7);
            far7 = TOperations.MultiplyAdd(factor, far, far7);
            right = ref Unsafe.Add(ref right, rightStride);
            offset += step;
        }

        Store<TOperations, TVector>(near0, far0, ref Unsafe.Add(ref result, 0 * resultStride), accumulates);
        if (rows > 1)
            Store<TOperations, TVector>(near1, far1, ref Unsafe.Add(ref result, 1 * resultStride), accumulates);
        if (rows > 2)
            Store<TOperations, TVector>(near2, far2, ref Unsafe.Add(ref result, 2 * resultStride), accumulates);
        if (rows > 3)
            Store<TOperations, TVector>(near3, far3, ref Unsafe.Add(ref result, 3 * resultStride), accumulates);
        if (rows > 4)
            Store<TOperations, TVector>(near4, far4, ref Unsafe.Add(ref result, 4 * resultStride), accumulates);
        if (rows > 5)
            Store<TOperations, TVector>(near5, far5, ref Unsafe.Add(ref result, 5 * resultStride), accumulates);
        if (rows > 6)
            Store<TOperations, TVector>(near6, far6, ref Unsafe.Add(ref result, 6 * resultStride), accumulates);
        if (rows > 7)
            Store<TOperations, TVector>(near7, far7, ref Unsafe.Add(ref result, 7 * resultStride), accumulates);
    }

    /// <summary>At most four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        // Rows beyond the last repeat it; what they give is not stored.
        ref float left0 = ref left;
        ref float left1 = ref Unsafe.Add(ref left, Math.Min(1, rows - 1) * rowStride);
        ref float left2 = ref Unsafe.Add(ref left, Math.Min(2, rows - 1) * rowStride);
        ref float left3 = ref Unsafe.Add(ref left, Math.Min(3, rows - 1) * rowStride);
        TVector near0 = TOperations.Zero, far0 = TOperations.Zero;
        TVector near1 = TOperations.Zero, far1 = TOperations.Zero;
        TVector near2 = TOperations.Zero, far2 = TOperations.Zero;
        TVector near3 = TOperations.Zero, far3 = TOperations.Zero;
        nint offset = 0;
        for (int k = 0; k < depth; k++)
        {
            TVector near = TOperations.Load(ref right, 0), far = TOperations.Load(ref right, TOperations.Count);
            TVector factor;
            factor = TOperations.Create(Unsafe.Add(ref left0, offset));
            near0 = TOperations.MultiplyAdd(factor, near, near0);
            far0 = TOperations.MultiplyAdd(factor, far, far0);
            factor = TOperations.Create(Unsafe.Add(ref left1, offset));
            near1 = TOperations.MultiplyAdd(factor, near, near1);
            far1 = TOperations.MultiplyAdd(factor, far, far1);
            factor = TOperations.Create(Unsafe.Add(ref left2, offset));
            near2 = TOperations.MultiplyAdd(factor, near, near2);
            far2 = TOperations.MultiplyAdd(factor, far, far2);
            factor = TOperations.Create(Unsafe.Add(ref left3, offset));
            near3 = TOperations.MultiplyAdd(factor, near, near3);
            far3 = TOperations.MultiplyAdd(factor, far, far3);
            right = ref Unsafe.Add(ref right, rightStride);
            offset += step;
        }

        Store<TOperations, TVector>(near0, far0, ref Unsafe.Add(ref result, 0 * resultStride), accumulates);
        if (rows > 1)
            Store<TOperations, TVector>(near1, far1, ref Unsafe.Add(ref result, 1 * resultStride), accumulates);
        if (rows > 2)
            Store<TOperations, TVector>(near2, far2, ref Unsafe.Add(ref result, 2 * resultStride), accumulates);
        if (rows > 3)
            Store<TOperations, TVector>(near3, far3, ref Unsafe.Add(ref result, 3 * resultStride), accumulates);
    }

    /// <summary>At most eight rows, of which the second vector is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FarTile8<TOperations, TVector>(
        ref float left, nint rowStride, nint step, int rows, ref float right, nint rightStride, int depth,
        ref float result, nint resultStride, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        ref float left0 = ref left;
        ref float left1 = ref Unsafe.Add(ref left, Math.Min(1, rows - 1) * rowStride);
        ref float left2 = ref Unsafe.Add(ref left, Math.Min(2, rows - 1) * rowStride);
        ref float left3 = ref Unsafe.Add(ref left, Math.Min(3, rows - 1) * rowStride);
        ref float left4 = ref Unsafe.Add(ref left, Math.Min(4, rows - 1) * rowStride);
        ref float left5 = ref Unsafe.Add(ref left, Math.Min(5, rows - 1) * rowStride);
        ref float left6 = ref Unsafe.Add(ref left, Math.Min(6, rows - 1) * rowStride);
        ref float left7 = ref Unsafe.Add(ref left, Math.Min(7, rows - 1) * rowStride);
        TVector far0 = TOperations.Zero;
        TVector far1 = TOperations.Zero;
        TVector far2 = TOperations.Zero;
        TVector far3 = TOperations.Zero;
        TVector far4 = TOperations.Zero;
        TVector far5 = TOperations.Zero;
        TVector far6 = TOperations.Zero;
        TVector far7 = TOperations.Zero;
        nint offset = 0;
        for (int k = 0; k < depth; k++)
        {
            TVector far = TOperations.Load(ref right, TOperations.Count);
            far0 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left0, offset)), far, far0);
            far1 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left1, offset)), far, far1);
            far2 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left2, offset)), far, far2);
            far3 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left3, offset)), far, far3);
            far4 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left4, offset)), far, far4);
            far5 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left5, offset)), far, far5);
            far6 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left6, offset)), far, far6);
            far7 = TOperations.MultiplyAdd(TOperations.Create(Unsafe.Add(ref left7, offset)), far, far7);
            right = ref Unsafe.Add(ref right, rightStride);
            offset += step;
        }

        Store<TOperations, TVector>(far0, ref Unsafe.Add(ref result, 0 * resultStride), TOperations.Count, accumulates);
        if (rows > 1)
            Store<TOperations, TVector>(far1, ref Unsafe.Add(ref result, 1 * resultStride), TOperations.Count, accumulates);
        if (rows > 2)
            Store<TOperations, TVector>(far2, ref Unsafe.Add(ref result, 2 * resultStride), TOperations.Count, accumulates);
        if (rows > 3)
            Store<TOperations, TVector>(far3, ref Unsafe.Add(ref result, 3 * resultStride), TOperations.Count, accumulates);
        if (rows > 4)
            Store<TOperations, TVector>(far4, ref Unsafe.Add(ref result, 4 * resultStride), TOperations.Count, accumulates);
        if (rows > 5)
            Store<TOperations, TVector>(far5, ref Unsafe.Add(ref result, 5 * resultStride), TOperations.Count, accumulates);
        if (rows > 6)
            Store<TOperations, TVector>(far6, ref Unsafe.Add(ref result, 6 * resultStride), TOperations.Count, accumulates);
        if (rows > 7)
            Store<TOperations, TVector>(far7, ref Unsafe.Add(ref result, 7 * resultStride), TOperations.Count, accumulates);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TOperations, TVector>(TVector near, TVector far, ref float target, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        Store<TOperations, TVector>(near, ref target, 0, accumulates);
        Store<TOperations, TVector>(far, ref target, TOperations.Count, accumulates);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TOperations, TVector>(TVector vector, ref float target, int offset, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Store(accumulates ? TOperations.Add(vector, TOperations.Load(ref target, offset)) : vector, ref target, offset);
}
