using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>
/// An adapter of a model: a named set of factors (A, B) of its layers, and the trained copies of weights marked
/// <see cref="TrainableAttribute"/>. A layer without factors runs without adapter; nothing of it is trained, counted or saved.
/// </summary>
/// <remarks>A tree of modules can have several adapters, each with factors and copies of its own, and runs with the one that is active.</remarks>
public sealed class LowRankAdapter : IAdapterWeights
{
    /// <summary>The name of an adapter that is given none.</summary>
    public const string DefaultName = "default";

    private readonly Dictionary<Linear, AdaptedLayer> _layers = [];
    private readonly Dictionary<FrozenWeight, TrainedWeight> _weights = [];

    /// <summary>Makes an adapter of a tree of modules, without factors. The first one of the tree is active.</summary>
    /// <param name="root">The module at the root of the tree, which becomes the adapter's holder. A language model has an adapter from the start.</param>
    /// <param name="name">The adapter's name.</param>
    /// <exception cref="ArgumentException">The tree has an adapter of that name.</exception>
    /// <exception cref="InvalidOperationException">A part of the tree, or a tree that it is a part of, has an adapter.</exception>
    public LowRankAdapter(Module root, string name = DefaultName)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (root.SelfAndDescendants.FirstOrDefault(module => module.AdapterWeights is { } weights && (weights as LowRankAdapter)?.Root != root) is { } adapted)
        {
            throw new InvalidOperationException($"{adapted.ClassName} '{adapted.CheckpointPath}' has an adapter already, of another tree. "
                + "Adapters belong to the root of the whole tree; those of a language model to the model.");
        }

        if (root.AdaptersOfTree.Any(other => other is LowRankAdapter adapter && adapter.Name == name))
            throw new ArgumentException($"{root.ClassName} has an adapter '{name}' already.", nameof(name));
        Root = root;
        Name = name;
        root.AdaptersOfTree.Add(this);
        if (root.AdapterWeights is null)
            Activate();
    }

    /// <summary>Makes the first adapter of a tree that is still being built, whose parts are given it when they are named.</summary>
    private LowRankAdapter(string name, Module root)
    {
        Root = root;
        Name = name;
        root.AdaptersOfTree.Add(this);
        root.AdapterWeights = this;
    }

    /// <summary>The adapter's name.</summary>
    public string Name { get; }

    /// <summary>Whether the tree runs with this adapter: it is what trains and is merged.</summary>
    public bool IsActive => ReferenceEquals(Root.AdapterWeights, this);

    /// <summary>The module at the root of the tree.</summary>
    public Module Root { get; }

    /// <summary>
    /// The name of the base model that is saved with the adapter: the one of the adapter that was loaded, unless it is set. Where there is
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
    public IEnumerable<Linear> Layers => Root.LinearLayers.Where(layer => FactorsOf(layer) is not null);

    /// <summary>The bytes that the factors, without gradients, take on the device.</summary>
    public long Bytes => Layers.Select(FactorsOf).Sum(factors => factors!.A.Value.Bytes + factors.B.Value.Bytes);

    /// <summary>The factors of a layer; null where the adapter has none for it, and after a merge for good.</summary>
    /// <param name="layer">The layer.</param>
    public LowRankFactors? FactorsOf(Linear layer) => _layers.GetValueOrDefault(layer)?.Factors;

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
        using ExclusiveUse.Hold use = Enter();
        ThrowIfMerged();
        RandomSequence random = new((ulong)seed);
        using PreparedAdapter fresh = new(this);
        foreach (Linear layer in Root.LinearLayers.Distinct())
        {
            if (layer.LowRank is not { } settings)
                continue;
            float[] a = new float[settings.Rank * layer.InFeatures];
            random.FillGaussian(a, 1.0 / settings.Rank);
            float[] b = new float[layer.OutFeatures * settings.Rank];
            fresh.Add(layer, new LowRankFactors(
                layer.Weight.Device, layer.CheckpointPath, settings, settings.Rank, settings.Alpha, settings.RankStabilized, a, b));
        }

        fresh.Apply();
    }

    /// <summary>
    /// Takes the factors away from all layers, and what was trained from weights marked <see cref="TrainableAttribute"/>: the model is the base model again.
    /// </summary>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public void Remove()
    {
        using ExclusiveUse.Hold use = Enter();
        ThrowIfMerged();
        using PreparedAdapter nothing = new(this);
        nothing.Apply();
    }

    /// <summary>Lets the tree run with this adapter. What the others hold stays as it is.</summary>
    /// <exception cref="InvalidOperationException">The active adapter is merged into the weights.</exception>
    public void Activate()
    {
        using ExclusiveUse.Hold use = Enter();
        if (IsActive)
            return;
        (Root.AdapterWeights as LowRankAdapter)?.ThrowIfMerged();
        foreach (Module module in Root.SelfAndDescendants)
            module.AdapterWeights = this;
    }

    /// <inheritdoc/>
    LowRankTerms IAdapterWeights.TermsOf(IAdapted layer) =>
        layer is Linear linear && _layers.TryGetValue(linear, out AdaptedLayer? adapted) ? adapted.Terms : LowRankTerms.None;

    /// <inheritdoc/>
    TrainedCopies IAdapterWeights.CopiesOf(IAdapted module, FrozenWeight weight) =>
        module.TrainableWeights.Contains(weight) ? Of(new TrainableWeight((Module)module, weight)).Copies : TrainedCopies.None;

    /// <summary>Gives the memory of factors and trained copies back.</summary>
    void IDisposable.Dispose()
    {
        foreach (AdaptedLayer layer in _layers.Values)
            layer.Dispose();
        foreach (TrainedWeight weight in _weights.Values)
            weight.Dispose();
    }

    /// <summary>Makes the first adapter of a tree that is still being built.</summary>
    /// <param name="root">The module at the root of the tree.</param>
    internal static LowRankAdapter OfUnfinished(Module root) => new(DefaultName, root);

    /// <summary>The adapter that a tree runs with; a new one, without factors, where it has none.</summary>
    /// <param name="root">The module at the root of the tree.</param>
    internal static LowRankAdapter Of(Module root) => root.AdapterWeights as LowRankAdapter ?? new LowRankAdapter(root);

    /// <summary>Keeps other threads out of the model until what is returned is disposed.</summary>
    internal ExclusiveUse.Hold Enter() => Root is Model model ? model.Enter() : default;

    /// <summary>What the adapter has for a layer.</summary>
    /// <param name="layer">A layer of the model.</param>
    internal AdaptedLayer Of(Linear layer)
    {
        if (!_layers.TryGetValue(layer, out AdaptedLayer? adapted))
            _layers.Add(layer, adapted = new AdaptedLayer(layer));
        return adapted;
    }

    /// <summary>What the adapter has for a weight that trains.</summary>
    /// <param name="weight">A weight of the model.</param>
    internal TrainedWeight Of(TrainableWeight weight)
    {
        if (!_weights.TryGetValue(weight.Weight, out TrainedWeight? trained))
            _weights.Add(weight.Weight, trained = new TrainedWeight(weight));
        return trained;
    }

    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    internal void ThrowIfMerged()
    {
        if (Root.LinearLayers.FirstOrDefault(layer => Of(layer).IsMerged) is { } layer)
            throw new InvalidOperationException($"An adapter is merged into the weight of layer '{layer.CheckpointPath}'. Call Unmerge first.");
        if (Root.TrainableWeights.FirstOrDefault(weight => Of(weight).IsMerged) is { } weight)
            throw new InvalidOperationException($"A trained weight is merged into '{weight.Name}'. Call Unmerge first.");
    }
}
