using System.Numerics;
using ILGPU;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// Sums of squares, one for each group of threads: each thread adds up every so many of the group's numbers, then half of the
/// threads add the sums of the other half until one is left. The order is fixed.
/// </summary>
internal static class SumOfSquaresKernels
{
    /// <summary>How many numbers one group sums.</summary>
    public const int GroupNumbers = 4096;

    /// <summary>The most threads that a group may have; their number is a power of two.</summary>
    private const int MaximumThreads = 256;

    /// <summary>sums[firstGroup + group] = Σ x² over the group's numbers, in double precision.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="sums">Receives one sum a group.</param>
    /// <param name="firstGroup">Where the sum of the first group goes.</param>
    [Kernel]
    public static void InDouble(ArrayView<float> x, ArrayView<double> sums, int firstGroup)
    {
        int end = EndOfGroup(x);
        double sum = 0;
        for (int i = FirstOfThread; i < end; i += Group.DimX)
            sum += (double)x[i] * x[i];
        AddThreads(sum, sums, firstGroup + Grid.IdxX);
    }

    /// <summary>sums[firstGroup + group] = Σ x² over the group's numbers, in float32, for devices without double precision.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="sums">Receives one sum a group.</param>
    /// <param name="firstGroup">Where the sum of the first group goes.</param>
    [Kernel]
    public static void InSingle(ArrayView<float> x, ArrayView<float> sums, int firstGroup)
    {
        int end = EndOfGroup(x);
        float sum = 0;
        for (int i = FirstOfThread; i < end; i += Group.DimX)
            sum += x[i] * x[i];
        AddThreads(sum, sums, firstGroup + Grid.IdxX);
    }

    private static int FirstOfThread => (Grid.IdxX * GroupNumbers) + Group.IdxX;

    private static int EndOfGroup(ArrayView<float> x) => Math.Min((Grid.IdxX + 1) * GroupNumbers, x.IntLength);

    /// <summary>sums[place] = the sum of the numbers that a group's threads have.</summary>
    private static void AddThreads<T>(T number, ArrayView<T> sums, int place)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ArrayView<T> partial = SharedMemory.Allocate<T>(MaximumThreads);
        partial[Group.IdxX] = number;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
                partial[Group.IdxX] += partial[Group.IdxX + half];
            Group.Barrier();
        }

        if (Group.IdxX == 0)
            sums[place] = partial[0];
    }
}
