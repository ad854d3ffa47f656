using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Adapters;

/// <summary>
/// A model's adapter: the set of all factors (A, B) of its layers. A layer without factors runs without adapter; nothing of
/// it is trained, counted or saved.
/// </summary>
public sealed class LowRankAdapter
{
    private readonly LanguageModel _model;

    internal LowRankAdapter(LanguageModel model) => _model = model;

    /// <summary>The layers that have factors.</summary>
    public IEnumerable<Linear> Layers => _model.LinearLayers.Where(layer => layer.Factors is not null);

    /// <summary>The bytes that the factors, without gradients, take on the device.</summary>
    public long Bytes => Layers.Sum(layer => layer.Factors!.A.Value.Bytes + layer.Factors.B.Value.Bytes);

    /// <summary>
    /// Gives every layer marked <see cref="LowRankAttribute"/> fresh factors: A Gaussian with standard deviation 1 / rank
    /// (PEFT's "gaussian"), B zero, so that the model computes what it computed before.
    /// </summary>
    /// <param name="seed">The seed of A: the same seed gives the same numbers on every device of a machine, for any number of threads. Another operating system's logarithm, sine and cosine may round a number otherwise.</param>
    public void Initialize(int seed = 0)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        RandomSequence random = new((ulong)seed);
        foreach (Linear layer in _model.LinearLayers)
        {
            if (layer.LowRank is not { } settings)
                continue;
            float[] a = new float[settings.Rank * layer.InFeatures];
            random.FillGaussian(a, 1.0 / settings.Rank);
            layer.SetFactors(new LowRankFactors(_model.Device, layer.CheckpointPath, settings, settings.Rank, settings.Alpha, settings.RankStabilized, a, new float[layer.OutFeatures * settings.Rank]));
        }
    }

    /// <summary>
    /// Loads an adapter in PEFT's layout in place of the present one. A layer that it has no factors for runs without
    /// adapter; one of lower rank than its layer loads exactly, with its own scaling.
    /// </summary>
    /// <param name="folder">The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <exception cref="CheckpointException">A file is malformed, or names a layer that the model lacks, or a rank above the layer's; the model keeps the adapter it has.</exception>
    public void Load(string folder)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        PeftAdapterFile file = PeftAdapterFile.Read(folder);
        string tensors = Path.Combine(folder, PeftAdapterFile.TensorsFileName);
        if (file.SavedTensors is [PeftSavedTensor saved, ..])
            throw new CheckpointException(tensors, "is the weight of a module that was trained as a whole (modules_to_save), which the model can't load.", saved.Name);
        Dictionary<string, Linear> layers = _model.LinearLayers.ToDictionary(layer => layer.CheckpointPath);
        Dictionary<Linear, LowRankFactors> loaded = [];
        try
        {
            foreach (PeftLayer layer in file.Layers)
                loaded.Add(LayerOf(layer, layers, tensors), FactorsOf(layer, layers[layer.Path], file.Config));
        }
        catch
        {
            foreach (LowRankFactors factors in loaded.Values)
                factors.Dispose();
            throw;
        }

        foreach (Linear layer in layers.Values.Where(layer => layer.LowRank is not null))
            layer.SetFactors(loaded.GetValueOrDefault(layer));
    }

    /// <summary>Saves the adapter in PEFT's layout, each layer's factors at their own rank.</summary>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <exception cref="InvalidOperationException">No layer has factors.</exception>
    public void Save(string folder)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        Linear[] layers = [.. Layers];
        if (layers.Length == 0)
            throw new InvalidOperationException("There is no adapter to save: no layer of the model has factors.");
        PeftLayer[] saved = [.. layers.Select(SavedLayer).OrderBy(layer => layer.Path, StringComparer.Ordinal)];
        PeftAdapterConfig config = PeftAdapterConfig.FromLayers(saved, layers[0].Factors!.RankStabilized, TargetsOf(layers));
        new PeftAdapterFile(config, saved, []).Write(folder);
    }

    /// <summary>Takes the factors away from all layers: the model is the base model again.</summary>
    public void Remove()
    {
        using ExclusiveUse.Hold use = _model.Enter();
        foreach (Linear layer in Layers.ToArray())
            layer.SetFactors(null);
    }

    private static Linear LayerOf(PeftLayer layer, Dictionary<string, Linear> layers, string file)
    {
        if (!layers.TryGetValue(layer.Path, out Linear? found))
            throw new CheckpointException(file, "belongs to a layer that the model lacks.", $"{layer.Path}.lora_A.weight");
        if (found.LowRank is not { } settings)
            throw new CheckpointException(file, $"belongs to a layer without adapter: its class {found.GetType().Name} is not marked [LowRank].", $"{layer.Path}.lora_A.weight");
        if (layer.Rank > settings.Rank)
            throw new CheckpointException(file, $"has rank {layer.Rank}, but layer '{layer.Path}' was compiled for rank {settings.Rank}. Mark its class {found.GetType().Name} [LowRank({layer.Rank})] or higher.", $"{layer.Path}.lora_A.weight");
        if (layer.InFeatures != found.InFeatures || layer.OutFeatures != found.OutFeatures)
            throw new CheckpointException(file, $"and lora_B are factors of a {layer.OutFeatures} x {layer.InFeatures} weight, but that of layer '{layer.Path}' is {found.OutFeatures} x {found.InFeatures}.", $"{layer.Path}.lora_A.weight");
        return found;
    }

    private LowRankFactors FactorsOf(PeftLayer layer, Linear target, PeftAdapterConfig config) =>
        new(_model.Device, layer.Path, target.LowRank!, layer.Rank, config.AlphaOf(layer.Path), config.RankStabilized, layer.A.Span, layer.B.Span);

    private static PeftLayer SavedLayer(Linear layer)
    {
        LowRankFactors factors = layer.Factors!;
        return new PeftLayer(layer.CheckpointPath, factors.Rank, layer.InFeatures, layer.OutFeatures, factors.SavedA(), factors.SavedB(), factors.Scaling);
    }

    /// <summary>The last names of the layers' paths where these mean no other layer, otherwise the whole paths.</summary>
    private IReadOnlyList<string>? TargetsOf(Linear[] layers)
    {
        HashSet<string> names = [.. layers.Select(LastName)];
        bool meanOthers = _model.LinearLayers.Any(layer => names.Contains(LastName(layer)) && layer.Factors is null);
        return meanOthers ? [.. layers.Select(layer => layer.CheckpointPath)] : null;

        static string LastName(Linear layer) => layer.CheckpointPath[(layer.CheckpointPath.LastIndexOf('.') + 1)..];
    }
}
