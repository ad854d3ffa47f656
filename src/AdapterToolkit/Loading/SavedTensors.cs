using AdapterToolkit.Formats;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>Describes a model's weights as the tensors of a file, and keeps what rounding to their types changes.</summary>
/// <param name="formats">The format of each weight.</param>
/// <param name="cancellationToken">Asked before each tensor is fetched.</param>
internal sealed class SavedTensors(SavedFormats formats, CancellationToken cancellationToken)
{
    /// <summary>The largest absolute difference, so far, between a number as it is held and as it was written.</summary>
    public float LargestChange { get; private set; }

    /// <summary>The tensors of a weight; one, or several where it is quantized. They are fetched when they are written.</summary>
    /// <param name="named">The weight.</param>
    public IReadOnlyList<SafetensorsTensor> Of(NamedWeight named)
    {
        FrozenWeight weight = named.Weight;
        WeightFormat format = formats[weight];
        ReadOnlySpan<long> shape = WeightNames.LongDimensions(weight);
        if (format.Bits == 4)
            return QuantizedTensorWriter.Tensors(named.Name, weight.Shape, format, () =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return weight.Packed.ToQuantizedValues();
            }, formats.ElementTypeOfQuantized, weight.Packed.Offset);
        if (format.Bits == 16)
            return [SafetensorsTensor.OfBytes(named.Name, ElementTypes.InFile(format), shape, bytes => Write(named, format, bytes))];
        return [SafetensorsTensor.OfFloats(named.Name, shape, numbers =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            weight.CopyTo(numbers);
            FiniteTensors.RequireToSave(numbers, named.Name);
        })];
    }

    private void Write(NamedWeight named, WeightFormat format, Span<byte> bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (named.Weight.Format == format)
        {
            named.Weight.Packed.ToQuantizedValues().Codes.CopyTo(bytes);
            return;
        }

        float[] numbers = named.Weight.ToArray();
        FiniteTensors.RequireToSave(numbers, named.Name);
        QuantizedValues rounded;
        try
        {
            rounded = Quantizer.Quantize(numbers, format, named.Name);
        }
        catch (InvalidDataException tooLarge)
        {
            throw new InvalidOperationException(
                $"{tooLarge.Message} Save the model with {nameof(SaveOptions)}.{nameof(SaveOptions.FullPrecision)}, in float32.", tooLarge);
        }

        rounded.Codes.CopyTo(bytes);
        float[] written = GC.AllocateUninitializedArray<float>(numbers.Length);
        Quantizer.Dequantize(rounded, written);
        for (int i = 0; i < numbers.Length; i++)
            LargestChange = Math.Max(LargestChange, Math.Abs(numbers[i] - written[i]));
    }
}
