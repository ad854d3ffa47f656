using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>Writes the codes of one block after the other.</summary>
internal interface IBlockEncoder
{
    /// <summary>How many bits a code has: 4 or 8.</summary>
    public static abstract int Bits { get; }

    /// <summary>Writes the nearest code for each number of a block.</summary>
    /// <param name="block">The numbers, finite.</param>
    /// <param name="normalization">Brings them to [-1, 1].</param>
    /// <param name="codes">Receives the codes.</param>
    public void Encode(ReadOnlySpan<float> block, BlockNormalization normalization, Span<byte> codes);
}
