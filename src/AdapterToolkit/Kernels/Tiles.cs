using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Moves row-major matrices into tiles and back. A tile holds some rows transposed: for each column the numbers of all its
/// rows side by side, so that a kernel which sums over the columns reads it from start to end.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Tiles
{
    /// <summary>The largest number that divides both.</summary>
    /// <param name="left">A positive number.</param>
    /// <param name="right">Another one.</param>
    public static int GreatestCommonDivisor(int left, int right)
    {
        while (right != 0)
            (left, right) = (right, left % right);
        return left;
    }

    /// <summary>tile[column, lane] = factor · source[lane, column], and zero in the lanes beyond the rows.</summary>
    /// <param name="source">The first number of the first row.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="rows">How many rows there are, at most <paramref name="lanes"/>.</param>
    /// <param name="columns">How many columns there are.</param>
    /// <param name="tile">The tile: columns x lanes.</param>
    /// <param name="lanes">How many numbers the tile has for a column.</param>
    /// <param name="factor">What to multiply by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ref float source, nint stride, int rows, int columns, ref float tile, int lanes, float factor = 1)
    {
        Vector128<float> factors = Vector128.Create(factor);
        int row = 0;
        for (; Avx.IsSupported && row + 8 <= rows; row += 8)
            PackEight(ref Unsafe.Add(ref source, row * stride), stride, columns, ref Unsafe.Add(ref tile, row), lanes, factor);
        for (; row + 4 <= rows; row += 4)
        {
            ref float row0 = ref Unsafe.Add(ref source, row * stride);
            ref float row1 = ref Unsafe.Add(ref row0, stride);
            ref float row2 = ref Unsafe.Add(ref row1, stride);
            ref float row3 = ref Unsafe.Add(ref row2, stride);
            ref float target = ref Unsafe.Add(ref tile, row);
            int column = 0;
            for (; column + 4 <= columns; column += 4)
            {
                Vector128<float> a = Vector128.LoadUnsafe(ref row0, (nuint)column) * factors;
                Vector128<float> b = Vector128.LoadUnsafe(ref row1, (nuint)column) * factors;
                Vector128<float> c = Vector128.LoadUnsafe(ref row2, (nuint)column) * factors;
                Vector128<float> d = Vector128.LoadUnsafe(ref row3, (nuint)column) * factors;
                Transpose(ref a, ref b, ref c, ref d);
                a.StoreUnsafe(ref target);
                b.StoreUnsafe(ref target, (nuint)lanes);
                c.StoreUnsafe(ref target, (nuint)(2 * lanes));
                d.StoreUnsafe(ref target, (nuint)(3 * lanes));
                target = ref Unsafe.Add(ref target, 4 * lanes);
            }

            for (; column < columns; column++)
            {
                target = factor * Unsafe.Add(ref row0, column);
                Unsafe.Add(ref target, 1) = factor * Unsafe.Add(ref row1, column);
                Unsafe.Add(ref target, 2) = factor * Unsafe.Add(ref row2, column);
                Unsafe.Add(ref target, 3) = factor * Unsafe.Add(ref row3, column);
                target = ref Unsafe.Add(ref target, lanes);
            }
        }

        for (; row < lanes; row++)
        {
            bool exists = row < rows;
            ref float values = ref Unsafe.Add(ref source, exists ? row * stride : 0);
            ref float target = ref Unsafe.Add(ref tile, row);
            for (int column = 0; column < columns; column++)
            {
                target = exists ? factor * Unsafe.Add(ref values, column) : 0;
                target = ref Unsafe.Add(ref target, lanes);
            }
        }
    }

    /// <summary>tile[column, lane] = factor · source[lane, column] for eight lanes: each half of the vectors transposes four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackEight(ref float source, nint stride, int columns, ref float tile, int lanes, float factor)
    {
        Vector256<float> factors = Vector256.Create(factor);
        ref float low = ref source;
        ref float high = ref Unsafe.Add(ref source, 4 * stride);
        ref float target = ref tile;
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            Vector256<float> a = Halves(ref low, ref high, column) * factors;
            Vector256<float> b = Halves(ref low, ref high, column + stride) * factors;
            Vector256<float> c = Halves(ref low, ref high, column + (2 * stride)) * factors;
            Vector256<float> d = Halves(ref low, ref high, column + (3 * stride)) * factors;
            Vector256<float> acLow = Avx.UnpackLow(a, c), acHigh = Avx.UnpackHigh(a, c), bdLow = Avx.UnpackLow(b, d), bdHigh = Avx.UnpackHigh(b, d);
            Avx.UnpackLow(acLow, bdLow).StoreUnsafe(ref target);
            Avx.UnpackHigh(acLow, bdLow).StoreUnsafe(ref target, (nuint)lanes);
            Avx.UnpackLow(acHigh, bdHigh).StoreUnsafe(ref target, (nuint)(2 * lanes));
            Avx.UnpackHigh(acHigh, bdHigh).StoreUnsafe(ref target, (nuint)(3 * lanes));
            target = ref Unsafe.Add(ref target, 4 * lanes);
        }

        for (; column < columns; column++)
        {
            for (int lane = 0; lane < 8; lane++)
                Unsafe.Add(ref target, lane) = factor * Unsafe.Add(ref source, (lane * stride) + column);
            target = ref Unsafe.Add(ref target, lanes);
        }
    }

    /// <summary>Four numbers of one row, and four of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(ref float low, ref float high, nint offset) =>
        Vector256.Create(Vector128.LoadUnsafe(ref low, (nuint)offset), Vector128.LoadUnsafe(ref high, (nuint)offset));

    /// <summary>target[lane, column] = tile[column, lane].</summary>
    /// <param name="tile">The tile: columns x lanes.</param>
    /// <param name="lanes">How many numbers the tile has for a column.</param>
    /// <param name="target">The first number of the first row.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="rows">How many rows to take out, at most <paramref name="lanes"/>.</param>
    /// <param name="columns">How many columns there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ref float tile, int lanes, ref float target, nint stride, int rows, int columns)
    {
        int row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            ref float source = ref Unsafe.Add(ref tile, row);
            ref float row0 = ref Unsafe.Add(ref target, row * stride);
            ref float row1 = ref Unsafe.Add(ref row0, stride);
            ref float row2 = ref Unsafe.Add(ref row1, stride);
            ref float row3 = ref Unsafe.Add(ref row2, stride);
            int column = 0;
            for (; column + 4 <= columns; column += 4)
            {
                Vector128<float> a = Vector128.LoadUnsafe(ref source);
                Vector128<float> b = Vector128.LoadUnsafe(ref source, (nuint)lanes);
                Vector128<float> c = Vector128.LoadUnsafe(ref source, (nuint)(2 * lanes));
                Vector128<float> d = Vector128.LoadUnsafe(ref source, (nuint)(3 * lanes));
                Transpose(ref a, ref b, ref c, ref d);
                a.StoreUnsafe(ref row0, (nuint)column);
                b.StoreUnsafe(ref row1, (nuint)column);
                c.StoreUnsafe(ref row2, (nuint)column);
                d.StoreUnsafe(ref row3, (nuint)column);
                source = ref Unsafe.Add(ref source, 4 * lanes);
            }

            for (; column < columns; column++)
            {
                Unsafe.Add(ref row0, column) = source;
                Unsafe.Add(ref row1, column) = Unsafe.Add(ref source, 1);
                Unsafe.Add(ref row2, column) = Unsafe.Add(ref source, 2);
                Unsafe.Add(ref row3, column) = Unsafe.Add(ref source, 3);
                source = ref Unsafe.Add(ref source, lanes);
            }
        }

        for (; row < rows; row++)
        {
            ref float source = ref Unsafe.Add(ref tile, row);
            ref float values = ref Unsafe.Add(ref target, row * stride);
            for (int column = 0; column < columns; column++)
            {
                Unsafe.Add(ref values, column) = source;
                source = ref Unsafe.Add(ref source, lanes);
            }
        }
    }

    /// <summary>target[row, column] = source[row, column], and zero in the columns that are filled up.</summary>
    /// <param name="source">The first number of the source's first row.</param>
    /// <param name="sourceStride">From one of its rows to the next.</param>
    /// <param name="target">The first number of the target's first row.</param>
    /// <param name="targetStride">From one of its rows to the next.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="columns">How many columns to copy.</param>
    /// <param name="filled">How many columns of the target to write, those of zeros included.</param>
    public static void Copy(ref float source, nint sourceStride, ref float target, nint targetStride, int rows, int columns, int filled)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> written = MemoryMarshal.CreateSpan(ref target, filled);
            MemoryMarshal.CreateReadOnlySpan(ref source, columns).CopyTo(written);
            written[columns..].Clear();
            source = ref Unsafe.Add(ref source, sourceStride);
            target = ref Unsafe.Add(ref target, targetStride);
        }
    }

    /// <summary>Transposes a 4 x 4 matrix whose rows are four vectors.</summary>
    /// <param name="a">The first row.</param>
    /// <param name="b">The second row.</param>
    /// <param name="c">The third row.</param>
    /// <param name="d">The fourth row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        (Vector128<float> acLow, Vector128<float> acHigh) = Interleave(a, c);
        (Vector128<float> bdLow, Vector128<float> bdHigh) = Interleave(b, d);
        (a, b) = Interleave(acLow, bdLow);
        (c, d) = Interleave(acHigh, bdHigh);
    }

    /// <summary>(a0 b0 a1 b1) and (a2 b2 a3 b3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
            return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported)
            return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}
