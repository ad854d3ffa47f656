using System.ComponentModel;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Which of the emitted variants of a kernel runs: vectors of 512, 256 or 128 bits. Each variant is correct on every
/// processor, so any of them can be asked for.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class VectorWidth
{
    /// <summary>
    /// The widest vectors that the processor has. <see cref="Vector512.IsHardwareAccelerated"/> is also false where
    /// AVX-512 lowers the clock; products of matrices gain from it there too, so the instruction set decides.
    /// </summary>
    internal static int Widest { get; } =
        Vector512.IsHardwareAccelerated || Avx512F.IsSupported ? 512 :
        Vector256.IsHardwareAccelerated ? 256 :
        128;

    /// <summary>The bits of the vectors that kernels use: <see cref="Widest"/> unless set to 512, 256 or 128.</summary>
    public static int Bits
    {
        get;
        set => field = value is 128 or 256 or 512
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Kernels are written for vectors of 128, 256 and 512 bits.");
    } = Widest;
}
