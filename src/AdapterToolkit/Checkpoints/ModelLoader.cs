using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Checkpoints;

/// <summary>Puts a checkpoint's tensors into a model's frozen weights, one at a time.</summary>
internal static class ModelLoader
{
    /// <summary>A tensor of older checkpoints that is computed from the configuration.</summary>
    private const string RotaryFrequencies = ".rotary_emb.inv_freq";

    /// <summary>Loads all weights, or none.</summary>
    /// <returns>The digests of what was read.</returns>
    internal static ContentIdentity Load(LanguageModel model, string folder, Device device, WeightStorage storage)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        List<NamedWeight> weights = WeightNames.Of(model);
        Dictionary<string, WeightFormat> formats = weights.ToDictionary(weight => weight.Name, weight => Check(checkpoint, weight));
        HashSet<string> known =
        [
            .. formats.Keys,
            .. WeightNames.SharedOf(model),
            .. formats.Where(format => format.Value.HasBlocks).SelectMany(format => QuantizedTensorReader.CompanionNames(checkpoint, format.Key)),
        ];
        if (checkpoint.Names.FirstOrDefault(name => !known.Contains(name) && !name.EndsWith(RotaryFrequencies, StringComparison.Ordinal)) is { } unknown)
            throw new CheckpointException(checkpoint.FilePath, "is unknown to the model: it has no weight of that name. Is this a checkpoint of another architecture?", unknown);

        // What a weight is to be held in is decided, or refused, before the first one is read.
        List<(NamedWeight Weight, WeightFormat InFile, WeightFormat Held)> plan = [.. weights.Select(weight => (weight, formats[weight.Name], FormatFor(checkpoint, weight, formats[weight.Name], storage)))];
        ContentIdentity identity = new();
        checkpoint.Identity = identity;
        List<FrozenWeight> loaded = [];
        try
        {
            float[] values = [];
            foreach ((NamedWeight weight, WeightFormat inFile, WeightFormat held) in plan)
            {
                try
                {
                    if (inFile.HasBlocks)
                        LoadQuantized(checkpoint, weight, device, held);
                    else if (held == inFile && held.Bits == 16)
                        LoadAsItIs(checkpoint, weight.Name, weight.Weight, device, held);
                    else
                        LoadConverted(checkpoint, weight, device, held, ref values);
                }
                catch (InvalidDataException fault)
                {
                    throw new CheckpointException(checkpoint.GetFile(weight.Name).FilePath, fault.Message, weight.Name);
                }

                weight.Weight.NoteFile(inFile, inFile.HasBlocks ? QuantizedTensorReader.ElementTypeOf(checkpoint, weight.Name, weight.Weight.Shape) : inFile);
                loaded.Add(weight.Weight);
            }

            return identity;
        }
        catch
        {
            foreach (FrozenWeight weight in loaded)
                weight.Dispose();
            throw;
        }
    }

    /// <summary>Checks that the checkpoint has a weight, and how, without reading its numbers.</summary>
    /// <returns>The format that its numbers have in the file.</returns>
    private static WeightFormat Check(Checkpoint checkpoint, NamedWeight weight)
    {
        if (!checkpoint.Contains(weight.Name))
            throw new CheckpointException(checkpoint.FilePath, $"does not hold the tensor, which the model needs with shape {weight.Weight.Shape}.", weight.Name);
        if (QuantizedTensorReader.Check(checkpoint, weight.Name, weight.Weight.Shape) is { } quantized)
            return quantized;
        checkpoint.RequireShape(weight.Name, WeightNames.LongDimensions(weight.Weight));
        return FormatOf(checkpoint.GetEntry(weight.Name).Type);
    }

    /// <summary>How a weight is to be held. What is quantized in the file in one way is not quantized once more in another, which would add up the errors of both.</summary>
    private static WeightFormat FormatFor(Checkpoint checkpoint, NamedWeight weight, WeightFormat inFile, WeightStorage storage)
    {
        WeightFormat format = weight.Module.FormatFor(weight.Weight, inFile, storage);
        if (inFile.HasBlocks && format != inFile && format.Numbers is not null)
        {
            throw new CheckpointException(
                checkpoint.GetFile(weight.Name).FilePath,
                $"is stored in {inFile}, but {weight.Module.GetType().Name} is marked for {format}. Mark the class [Quantized({inFile.Bits}, Format = QuantizationFormat.{inFile.Numbers}, BlockSize = {inFile.BlockSize}, DoubleQuantized = {(inFile.DoubleQuantized ? "true" : "false")})], or load with WeightStorage.Dense.",
                weight.Name);
        }

        long bytes = QuantizedValues.CodeBytes(format, weight.Weight.Shape.Elements);
        if (format.Numbers is not null && bytes > Array.MaxLength)
            throw new CheckpointException(checkpoint.GetFile(weight.Name).FilePath, $"takes {bytes} bytes in {format}; more than {Array.MaxLength} are not supported. Mark {weight.Module.GetType().Name} for fewer bits.", weight.Name);
        return format;
    }

    /// <summary>Loads codes and scales as the file has them, or the numbers that they stand for.</summary>
    private static void LoadQuantized(Checkpoint checkpoint, NamedWeight weight, Device device, WeightFormat held)
    {
        if (!QuantizedTensorReader.TryRead(checkpoint, weight.Name, weight.Weight.Shape, out QuantizedValues? values))
            throw new InvalidOperationException($"The tensor '{weight.Name}' was quantized when it was checked.");
        if (held == values.Format)
        {
            weight.Weight.Load(device, values);
            return;
        }

        float[] numbers = GC.AllocateUninitializedArray<float>(values.Elements);
        Quantizer.Dequantize(values, numbers);
        weight.Weight.Load(device, numbers);
    }

    /// <summary>Loads 16-bit numbers as the file has them.</summary>
    private static void LoadAsItIs(Checkpoint checkpoint, string name, FrozenWeight weight, Device device, WeightFormat format)
    {
        byte[] numbers = checkpoint.ReadBytes(name);
        SixteenBitQuantizer.ThrowIfNotFinite(numbers, format, name);
        weight.Load(device, new QuantizedValues(format, weight.Shape.Elements, numbers, null));
    }

    /// <summary>Loads numbers in float32, or quantizes them. The array is used for one tensor after the other.</summary>
    private static void LoadConverted(Checkpoint checkpoint, NamedWeight weight, Device device, WeightFormat format, ref float[] values)
    {
        int elements = weight.Weight.Shape.Elements;
        if (values.Length < elements)
            values = GC.AllocateUninitializedArray<float>(elements);
        Span<float> destination = values.AsSpan(0, elements);
        checkpoint.ReadFloat32(weight.Name, destination);
        weight.Module.Load(weight.Weight, device, destination, format, weight.Name);
    }

    private static WeightFormat FormatOf(SafetensorsType type) => type switch
    {
        SafetensorsType.BF16 => WeightFormat.BFloat16,
        SafetensorsType.F16 => WeightFormat.Float16,
        _ => WeightFormat.FullPrecision,
    };
}
