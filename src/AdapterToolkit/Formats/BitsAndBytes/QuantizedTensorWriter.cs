using System.Runtime.InteropServices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Formats;

/// <summary>
/// Describes the tensors under which bitsandbytes stores a weight in 4 bits, for <see cref="SafetensorsWriter"/>; <see cref="QuantizedTensorReader"/> tells
/// which they are.
/// </summary>
public static class QuantizedTensorWriter
{
    /// <summary>The tensors of a quantized weight, to be written in the order given.</summary>
    /// <param name="weightName">The weight's name.</param>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="format">A format that such checkpoints have: NF4, FP4.</param>
    /// <param name="fetch">
    /// Gives the quantized numbers. It is called once, when the first of the tensors is written; they are let go with the last, so that one weight is in memory
    /// at a time.
    /// </param>
    /// <param name="elementType">The element type that the weight has for programs that decode it: float32 (null), bfloat16 or float16.</param>
    /// <param name="offset">The mean of 8-bit scales; null where only the numbers themselves tell it.</param>
    /// <exception cref="ArgumentException">The format has no place in such a checkpoint.</exception>
    public static IReadOnlyList<SafetensorsTensor> Tensors(
        string weightName, Shape shape, WeightFormat format, Func<QuantizedValues> fetch, WeightFormat? elementType = null, float? offset = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(weightName);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(fetch);
        if (format.Numbers is not { } numbers || !QuantizationState.Formats.Contains(numbers))
            throw new ArgumentException($"Checkpoints hold weights in {string.Join(" or ", QuantizationState.Formats)}, not in {format}.", nameof(format));

        elementType ??= WeightFormat.FullPrecision;
        QuantizedTensorNames names = new(weightName);
        int blocks = format.Blocks(shape.Elements);
        QuantizedValues? held = null;
        QuantizedValues Held() => held ??= Fetched(weightName, shape, format, fetch);

        List<SafetensorsTensor> tensors =
        [
            SafetensorsTensor.OfBytes(weightName, SafetensorsType.U8, [QuantizedValues.CodeBytes(format, shape.Elements), 1], bytes =>
                Held().Codes.CopyTo(bytes)),
            SafetensorsTensor.OfBytes(
                names.Maxima,
                format.DoubleQuantized ? SafetensorsType.U8 : SafetensorsType.F32,
                [blocks],
                bytes => (Held().Scales!.Codes ?? MemoryMarshal.AsBytes<float>(Held().Scales!.Maxima)).CopyTo(bytes)),
            SafetensorsTensor.OfFloats(names.Map, [Codebooks.Of(numbers).Length], Codebooks.Of(numbers).ToArray()),
        ];
        if (format.DoubleQuantized)
        {
            tensors.Add(SafetensorsTensor.OfBytes(
                names.NestedMaxima,
                SafetensorsType.F32,
                [(blocks + WeightFormat.NestedBlockSize - 1) / WeightFormat.NestedBlockSize],
                bytes => MemoryMarshal.AsBytes<float>(Held().Scales!.NestedMaxima).CopyTo(bytes)));
            tensors.Add(SafetensorsTensor.OfFloats(names.NestedMap, [Codebooks.Dynamic8.Length], Codebooks.Dynamic8.ToArray()));
        }

        int stateLength = new QuantizationState(format, offset, elementType).ToText(shape).Length;
        tensors.Add(SafetensorsTensor.OfBytes(names.State(numbers), SafetensorsType.U8, [stateLength], bytes =>
        {
            byte[] text = new QuantizationState(format, Held().Scales!.Offset, elementType).ToText(shape);
            text.CopyTo(bytes);
            bytes[text.Length..].Fill((byte)' ');
            held = null;
        }));
        return tensors;
    }

    private static QuantizedValues Fetched(string weightName, Shape shape, WeightFormat format, Func<QuantizedValues> fetch)
    {
        QuantizedValues values = fetch();
        return values.Format == format && values.Elements == shape.Elements
            ? values
            : throw new InvalidOperationException(
                $"The weight '{weightName}' of {shape} in {format} turned out to be {values.Elements} numbers in {values.Format}.");
    }
}
