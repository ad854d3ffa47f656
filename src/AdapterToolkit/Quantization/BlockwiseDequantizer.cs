namespace AdapterToolkit.Quantization;

/// <summary>Decodes numbers of 4 and 8 bits: codebook[code] · scale, rounded to float32.</summary>
internal static class BlockwiseDequantizer
{
    private const int FourBitValues = 16;

    /// <summary>Decodes numbers on all cores.</summary>
    /// <param name="values">The quantized numbers.</param>
    /// <param name="destination">Receives the numbers.</param>
    internal static unsafe void Dequantize(QuantizedValues values, Span<float> destination)
    {
        int blockSize = values.Format.BlockSize;
        fixed (float* destinationStart = destination)
        {
            float* to = destinationStart;
            ParallelBlocks.Run(values.Elements, blockSize, (start, end) =>
            {
                ReadOnlySpan<float> codebook = Codebooks.Of(values.Format.Numbers!.Value);
                for (int i = start; i < end; i += blockSize)
                {
                    Span<float> block = new(to + i, Math.Min(blockSize, end - i));
                    float scale = values.Scales![i / blockSize];
                    if (values.Format.Bits == 4)
                        DecodeFourBits(values.Codes.AsSpan(i / 2, (block.Length + 1) / 2), codebook, scale, block);
                    else
                        DecodeEightBits(values.Codes.AsSpan(i, block.Length), codebook, scale, block);
                }
            });
        }
    }

    /// <summary>The sixteen products are computed once a block, and then chosen.</summary>
    private static void DecodeFourBits(ReadOnlySpan<byte> codes, ReadOnlySpan<float> codebook, float scale, Span<float> block)
    {
        Span<float> products = stackalloc float[FourBitValues];
        for (int code = 0; code < products.Length; code++)
            products[code] = codebook[code] * scale;
        int pairs = block.Length / 2;
        for (int i = 0; i < pairs; i++)
        {
            block[2 * i] = products[codes[i] >> 4];
            block[(2 * i) + 1] = products[codes[i] & (FourBitValues - 1)];
        }

        if (block.Length % 2 != 0)
            block[^1] = products[codes[pairs] >> 4];
    }

    private static void DecodeEightBits(ReadOnlySpan<byte> codes, ReadOnlySpan<float> codebook, float scale, Span<float> block)
    {
        for (int i = 0; i < block.Length; i++)
            block[i] = codebook[codes[i]] * scale;
    }
}
