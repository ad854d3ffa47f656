using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>How an adapter is read from files in PEFT's layout.</summary>
public static class AdapterLoading
{
    /// <summary>
    /// Loads an adapter in PEFT's layout in place of the present one. A layer that it has no factors for runs without
    /// adapter; one of lower rank than its layer loads exactly, with its own scaling. Its <c>modules_to_save</c> become the weights marked
    /// <see cref="TrainableAttribute"/>; one that it has no numbers for is the base's again.
    /// </summary>
    /// <param name="adapter">The adapter of a model.</param>
    /// <param name="folder">The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <exception cref="CheckpointException">
    /// A file is malformed, has a number that is not finite, names a layer that the model lacks or a module that does not train, or a rank above the layer's;
    /// the model keeps the adapter it has.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public static void Load(this LowRankAdapter adapter, string folder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        using ExclusiveUse.Hold use = adapter.Enter();
        using PreparedAdapter prepared = adapter.Prepare(folder);
        prepared.Apply();
    }

    /// <summary>Reads and checks an adapter and puts it on the device; the model keeps the one it has.</summary>
    /// <param name="adapter">The adapter of a model.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">See <see cref="Load"/>.</exception>
    internal static PreparedAdapter Prepare(this LowRankAdapter adapter, string folder)
    {
        adapter.ThrowIfMerged();
        Module model = adapter.Root;
        PeftAdapterFile file = PeftAdapterFile.Read(folder);
        string tensors = Path.Combine(folder, PeftAdapterFile.TensorsFileName);
        Dictionary<string, Linear> layers = model.LinearLayers.Distinct().ToDictionary(layer => layer.CheckpointPath);
        PreparedAdapter prepared = new(adapter) { Settings = file.Config };
        try
        {
            foreach (PeftLayer layer in file.Layers)
                prepared.Add(LayerOf(layer, layers, tensors), FactorsOf(layer, layers[layer.Path], file.Config));
            TrainedModules.Add(file, tensors, model, prepared);
            prepared.AddBaseWeights();
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static Linear LayerOf(PeftLayer layer, Dictionary<string, Linear> layers, string file)
    {
        if (!layers.TryGetValue(layer.Path, out Linear? found))
            throw Unfit("belongs to a layer that the model lacks.");
        if (found.LowRank is not { } settings)
            throw Unfit($"belongs to a layer without adapter: its class {found.ClassName} is not marked [LowRank].");
        if (layer.Rank > settings.Rank)
        {
            throw Unfit($"has rank {layer.Rank}, but layer '{layer.Path}' was compiled for rank {settings.Rank}. "
                + $"Mark its class {found.ClassName} [LowRank({layer.Rank})] or higher.");
        }

        if (layer.InFeatures != found.InFeatures || layer.OutFeatures != found.OutFeatures)
        {
            throw Unfit($"and lora_B are factors of a {layer.OutFeatures} x {layer.InFeatures} weight, "
                + $"but that of layer '{layer.Path}' is {found.OutFeatures} x {found.InFeatures}.");
        }

        return found;

        CheckpointException Unfit(string problem) => new(file, problem, layer.Path + PeftAdapterFile.SuffixA);
    }

    private static LowRankFactors FactorsOf(PeftLayer layer, Linear target, PeftAdapterConfig config) =>
        new(target.Weight.Device, layer.Path, target.LowRank!, layer.Rank, config.AlphaOf(layer.Path), config.RankStabilized, layer.A.Span, layer.B.Span);
}
