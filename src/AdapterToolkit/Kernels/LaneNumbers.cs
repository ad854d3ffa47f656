using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Kernels;

/// <summary>The numbers of a tile's lanes, 0 to 31, to compare positions with.</summary>
internal static class LaneNumbers
{
    private static ReadOnlySpan<float> Values =>
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31];

    /// <summary>The numbers of some lanes.</summary>
    /// <param name="first">The first of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector From<TOperations, TVector>(int first)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Load(in MemoryMarshal.GetReference(Values), first);
}
