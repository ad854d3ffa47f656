using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Checkpoints;

/// <summary>Puts a checkpoint's tensors into a model's frozen weights, one at a time.</summary>
internal static class ModelLoader
{
    /// <summary>A tensor of older checkpoints that is computed from the configuration.</summary>
    private const string RotaryFrequencies = ".rotary_emb.inv_freq";

    internal static void Load(LanguageModel model, string folder, Device device)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        List<(string Name, FrozenWeight Weight)> weights = WeightNames.Of(model);
        foreach ((string name, FrozenWeight weight) in weights)
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
            float[] values = GC.AllocateUninitializedArray<float>(weights.Max(weight => weight.Weight.Shape.Elements));
            foreach ((string name, FrozenWeight weight) in weights)
            {
                Span<float> destination = values.AsSpan(0, weight.Shape.Elements);
                checkpoint.ReadFloat32(name, destination);
                weight.Load(device, destination);
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
}
