namespace AdapterToolkit.Quantization;

/// <summary>
/// Quantizes the scales of blocks ("double quantization"): their mean is subtracted, and the differences are quantized with
/// the dynamic 8-bit map in blocks of <see cref="WeightFormat.NestedBlockSize"/>.
/// </summary>
/// <remarks>Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023, section 3.</remarks>
internal static class ScaleQuantizer
{
    /// <summary>Quantizes scales.</summary>
    /// <param name="maxima">The scales, finite; overwritten by their differences from the mean.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    internal static BlockScales Quantize(Span<float> maxima, string name)
    {
        double sum = 0;
        foreach (float scale in maxima)
            sum += scale;
        float offset = maxima.IsEmpty ? 0 : (float)(sum / maxima.Length);
        foreach (ref float scale in maxima)
            scale -= offset;

        byte[] codes = GC.AllocateUninitializedArray<byte>(maxima.Length);
        float[] nested = new float[(maxima.Length + WeightFormat.NestedBlockSize - 1) / WeightFormat.NestedBlockSize];
        BlockwiseQuantizer.Quantize(maxima, WeightFormat.NestedBlockSize, new EightBitEncoder(NearestCodeTable.Dynamic8), codes, nested, name);
        return new BlockScales(codes, nested, offset);
    }
}
