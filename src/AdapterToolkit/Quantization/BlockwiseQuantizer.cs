using AdapterToolkit.Kernels;

namespace AdapterToolkit.Quantization;

/// <summary>
/// Quantizes block by block: a block's scale is its largest magnitude, and a number's code is that of the codebook's value
/// nearest to the number divided by the scale.
/// </summary>
internal static class BlockwiseQuantizer
{
    /// <summary>Quantizes numbers on all cores.</summary>
    /// <typeparam name="TEncoder">Writes the codes.</typeparam>
    /// <param name="values">The numbers.</param>
    /// <param name="blockSize">How many of them share a scale; even.</param>
    /// <param name="encoder">Writes the codes.</param>
    /// <param name="codes">Receives the codes.</param>
    /// <param name="maxima">Receives each block's scale.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="InvalidDataException">A number is infinite or not a number.</exception>
    internal static unsafe void Quantize<TEncoder>(
        ReadOnlySpan<float> values, int blockSize, TEncoder encoder, Span<byte> codes, Span<float> maxima, string name)
        where TEncoder : struct, IBlockEncoder
    {
        int elements = values.Length;
        fixed (float* valuesStart = values, maximaStart = maxima)
        fixed (byte* codesStart = codes)
        {
            float* from = valuesStart, scales = maximaStart;
            byte* to = codesStart;
            ParallelBlocks.Run(elements, blockSize, (start, end) =>
            {
                for (int i = start; i < end; i += blockSize)
                {
                    ReadOnlySpan<float> block = new(from + i, Math.Min(blockSize, end - i));
                    float largest = LargestMagnitude.Of(block);
                    scales[i / blockSize] = largest;
                    if (float.IsFinite(largest))
                        encoder.Encode(
                            block,
                            new BlockNormalization(largest),
                            new Span<byte>(to + ((long)i * TEncoder.Bits / 8), ((block.Length * TEncoder.Bits) + 7) / 8));
                }
            });
        }

        for (int block = 0; block < maxima.Length; block++)
        {
            if (!float.IsFinite(maxima[block]))
                throw UnsupportedNumbers.NotFinite(values, name);
        }
    }
}
