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

    internal static void Load(LanguageModel model, string folder, Device device, WeightStorage storage)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        List<NamedWeight> weights = WeightNames.Of(model);
        foreach ((string name, FrozenWeight weight, _) in weights)
        {
            if (!checkpoint.Contains(name))
                throw new CheckpointException(checkpoint.FilePath, $"does not hold the tensor, which the model needs with shape {weight.Shape}.", name);
            checkpoint.RequireShape(name, WeightNames.LongDimensions(weight));
        }

        HashSet<string> known = [.. weights.Select(weight => weight.Name), .. WeightNames.SharedOf(model)];
        if (checkpoint.Names.FirstOrDefault(name => !known.Contains(name) && !name.EndsWith(RotaryFrequencies, StringComparison.Ordinal)) is { } unknown)
            throw new CheckpointException(checkpoint.FilePath, "is unknown to the model: it has no weight of that name. Is this a checkpoint of another architecture?", unknown);

        List<FrozenWeight> loaded = [];
        try
        {
            float[] values = [];
            foreach ((string name, FrozenWeight weight, Module module) in weights)
            {
                WeightFormat inFile = FormatOf(checkpoint.GetEntry(name).Type);
                WeightFormat format = module.FormatFor(weight, inFile, storage);
                if (format == inFile && format.Bits == 16)
                    LoadAsItIs(checkpoint, name, weight, device, format);
                else
                    LoadConverted(checkpoint, name, weight, device, format, ref values);
                loaded.Add(weight);
            }
        }
        catch
        {
            foreach (FrozenWeight weight in loaded)
                weight.Dispose();
            throw;
        }
    }

    /// <summary>Loads 16-bit numbers as the file has them.</summary>
    private static void LoadAsItIs(Checkpoint checkpoint, string name, FrozenWeight weight, Device device, WeightFormat format)
    {
        byte[] numbers = GC.AllocateUninitializedArray<byte>((int)checkpoint.GetEntry(name).ByteLength);
        checkpoint.GetFile(name).ReadBytes(name, numbers);
        weight.Load(device, new QuantizedValues(format, weight.Shape.Elements, numbers, null));
    }

    /// <summary>Loads numbers in float32, or quantizes them. The array is used for one tensor after the other.</summary>
    private static void LoadConverted(Checkpoint checkpoint, string name, FrozenWeight weight, Device device, WeightFormat format, ref float[] values)
    {
        if (values.Length < weight.Shape.Elements)
            values = GC.AllocateUninitializedArray<float>(weight.Shape.Elements);
        Span<float> destination = values.AsSpan(0, weight.Shape.Elements);
        checkpoint.ReadFloat32(name, destination);
        try
        {
            weight.Load(device, destination, format, name);
        }
        catch (InvalidDataException fault)
        {
            throw new CheckpointException(checkpoint.GetFile(name).FilePath, fault.Message, name);
        }
    }

    private static WeightFormat FormatOf(SafetensorsType type) => type switch
    {
        SafetensorsType.BF16 => WeightFormat.BFloat16,
        SafetensorsType.F16 => WeightFormat.Float16,
        _ => WeightFormat.FullPrecision,
    };
}
