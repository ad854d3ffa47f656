using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Adapters;

/// <summary>
/// A model's adapter: the set of all factors (A, B) of its layers, and the trained copies of weights marked
/// <see cref="TrainableAttribute"/>. A layer without factors runs without adapter; nothing of it is trained, counted or saved.
/// </summary>
public sealed class LowRankAdapter
{
    private readonly LanguageModel _model;

    internal LowRankAdapter(LanguageModel model) => _model = model;

    /// <summary>
    /// The name of the base model that <see cref="Save"/> writes: the one of the adapter that was loaded, unless it is set. Where there is
    /// none, it is the folder that the model was loaded from.
    /// </summary>
    public string? BaseModel
    {
        get => field ?? Settings?.BaseModel;
        set;
    }

    /// <summary>
    /// The share of inputs that programs which apply dropout set to zero in training: what a loaded adapter says, kept when it is saved. The toolkit trains
    /// without.
    /// </summary>
    public double Dropout => Settings?.Dropout ?? 0;

    /// <summary>The settings of the adapter that was loaded; null where none was.</summary>
    internal PeftAdapterConfig? Settings { get; set; }

    /// <summary>The layers that have factors.</summary>
    public IEnumerable<Linear> Layers => _model.LinearLayers.Where(layer => layer.Factors is not null);

    /// <summary>The bytes that the factors, without gradients, take on the device.</summary>
    public long Bytes => Layers.Sum(layer => layer.Factors!.A.Value.Bytes + layer.Factors.B.Value.Bytes);

    /// <summary>
    /// Gives every layer marked <see cref="LowRankAttribute"/> fresh factors: A Gaussian with standard deviation 1 / rank
    /// (PEFT's "gaussian"), B zero. Weights marked <see cref="TrainableAttribute"/> start as the base's, so that the model
    /// computes what the base does.
    /// </summary>
    /// <param name="seed">
    /// The seed of A: the same seed gives the same numbers on every device of a machine, for any number of threads. Another operating system's logarithm, sine
    /// and cosine may round a number otherwise.
    /// </param>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public void Initialize(int seed = 0)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        ThrowIfMerged();
        RandomSequence random = new((ulong)seed);
        using PreparedAdapter fresh = new(_model);
        foreach (Linear layer in _model.LinearLayers.Distinct())
        {
            if (layer.LowRank is not { } settings)
                continue;
            float[] a = new float[settings.Rank * layer.InFeatures];
            random.FillGaussian(a, 1.0 / settings.Rank);
            float[] b = new float[layer.OutFeatures * settings.Rank];
            fresh.Add(layer, new LowRankFactors(_model.Device, layer.CheckpointPath, settings, settings.Rank, settings.Alpha, settings.RankStabilized, a, b));
        }

        fresh.Apply();
    }

    /// <summary>
    /// Loads an adapter in PEFT's layout in place of the present one. A layer that it has no factors for runs without
    /// adapter; one of lower rank than its layer loads exactly, with its own scaling. Its <c>modules_to_save</c> become the weights marked
    /// <see cref="TrainableAttribute"/>; one that it has no numbers for is the base's again.
    /// </summary>
    /// <param name="folder">The folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <exception cref="CheckpointException">
    /// A file is malformed, has a number that is not finite, names a layer that the model lacks or a module that does not train, or a rank above the layer's;
    /// the model keeps the adapter it has.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public void Load(string folder)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        using PreparedAdapter prepared = Prepare(folder);
        prepared.Apply();
    }

    /// <summary>
    /// Saves the adapter in PEFT's layout, each layer's factors at their own rank, and the weights marked
    /// <see cref="TrainableAttribute"/> as <c>modules_to_save</c>. Settings of an adapter that was loaded are kept where they are still true.
    /// </summary>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <exception cref="InvalidOperationException">
    /// No layer has factors and nothing else trains, or a number is infinite or not a number; the message names its tensor.
    /// </exception>
    public void Save(string folder)
    {
        using ExclusiveUse.Hold use = _model.Enter();
        Linear[] layers = [.. Layers.Distinct()];
        PeftSavedTensor[] modules = TrainedModules.Saved(_model);
        if (layers.Length == 0 && modules.Length == 0)
            throw new InvalidOperationException("There is no adapter to save: no layer of the model has factors, and no weight is marked [Trainable].");
        PeftLayer[] saved = [.. layers.Select(SavedLayer).OrderBy(layer => layer.Path, StringComparer.Ordinal)];
        PeftAdapterConfig config = saved.Length > 0
            ? PeftAdapterConfig.FromLayers(saved, layers[0].Factors!.RankStabilized, TargetsOf(layers))
            : PeftAdapterConfig.WithoutLayers;
        config = config with { ModulesToSave = TrainedModules.Names(_model) };
        if (Settings is { } loaded)
            config = config.After(loaded, saved, _model.LinearLayers.Where(layer => layer.Factors is null).Select(layer => layer.CheckpointPath));
        new PeftAdapterFile(config with { BaseModel = BaseModel ?? BaseFolder }, saved, modules).Write(folder);
    }

    /// <summary>
    /// Takes the factors away from all layers, and what was trained from weights marked <see cref="TrainableAttribute"/>: the model is the base model again.
    /// </summary>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public void Remove()
    {
        using ExclusiveUse.Hold use = _model.Enter();
        ThrowIfMerged();
        using PreparedAdapter nothing = new(_model);
        nothing.Apply();
    }

    /// <summary>Reads and checks an adapter and puts it on the device; the model keeps the one it has.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">See <see cref="Load"/>.</exception>
    internal PreparedAdapter Prepare(string folder)
    {
        ThrowIfMerged();
        PeftAdapterFile file = PeftAdapterFile.Read(folder);
        string tensors = Path.Combine(folder, PeftAdapterFile.TensorsFileName);
        Dictionary<string, Linear> layers = _model.LinearLayers.Distinct().ToDictionary(layer => layer.CheckpointPath);
        PreparedAdapter prepared = new(_model) { Settings = file.Config };
        try
        {
            foreach (PeftLayer layer in file.Layers)
                prepared.Add(LayerOf(layer, layers, tensors), FactorsOf(layer, layers[layer.Path], file.Config));
            TrainedModules.Add(file, tensors, _model, prepared);
            prepared.AddBaseWeights();
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private string? BaseFolder => _model.CheckpointFolder is { } folder ? AtomicFolder.FullPath(folder) : null;

    private void ThrowIfMerged()
    {
        if (_model.LinearLayers.FirstOrDefault(layer => layer.IsMerged) is { } layer)
            throw new InvalidOperationException($"An adapter is merged into the weight of layer '{layer.CheckpointPath}'. Call Unmerge first.");
        if (_model.TrainableNorms.FirstOrDefault(norm => norm.IsMerged) is { } norm)
            throw new InvalidOperationException($"A trained weight is merged into '{norm.WeightName}'. Call Unmerge first.");
    }

    private static Linear LayerOf(PeftLayer layer, Dictionary<string, Linear> layers, string file)
    {
        if (!layers.TryGetValue(layer.Path, out Linear? found))
            throw Unfit("belongs to a layer that the model lacks.");
        if (found.LowRank is not { } settings)
            throw Unfit($"belongs to a layer without adapter: its class {found.GetType().Name} is not marked [LowRank].");
        if (layer.Rank > settings.Rank)
        {
            throw Unfit($"has rank {layer.Rank}, but layer '{layer.Path}' was compiled for rank {settings.Rank}. "
                + $"Mark its class {found.GetType().Name} [LowRank({layer.Rank})] or higher.");
        }

        if (layer.InFeatures != found.InFeatures || layer.OutFeatures != found.OutFeatures)
        {
            throw Unfit($"and lora_B are factors of a {layer.OutFeatures} x {layer.InFeatures} weight, "
                + $"but that of layer '{layer.Path}' is {found.OutFeatures} x {found.InFeatures}.");
        }

        return found;

        CheckpointException Unfit(string problem) => new(file, problem, layer.Path + PeftAdapterFile.SuffixA);
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
        HashSet<string> names = [.. layers.Select(layer => TensorNames.LastPart(layer.CheckpointPath))];
        bool meanOthers = _model.LinearLayers.Any(layer => names.Contains(TensorNames.LastPart(layer.CheckpointPath)) && layer.Factors is null);
        return meanOthers ? [.. layers.Select(layer => layer.CheckpointPath)] : null;
    }
}
