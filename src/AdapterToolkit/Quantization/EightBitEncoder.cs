using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>Finds nearest codes of 8 bits; one byte a number.</summary>
/// <param name="table">The codebook's table.</param>
internal readonly struct EightBitEncoder(NearestCodeTable table) : IBlockEncoder
{
    /// <inheritdoc/>
    public static int Bits => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<float> block, BlockNormalization normalization, Span<byte> codes)
    {
        NearestCodeTable nearest = table;
        codes = codes[..block.Length];
        for (int i = 0; i < block.Length; i++)
            codes[i] = nearest.Find(normalization.Apply(block[i]));
    }
}
