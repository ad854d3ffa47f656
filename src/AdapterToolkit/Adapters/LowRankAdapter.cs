using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>
/// A model's adapter: the set of all factors (A, B) of its layers, and the trained copies of weights marked
/// <see cref="TrainableAttribute"/>. A layer without factors runs without adapter; nothing of it is trained, counted or saved.
/// </summary>
public sealed class LowRankAdapter
{
    /// <summary>Makes the adapter of a model, without factors.</summary>
    /// <param name="model">The model.</param>
    public LowRankAdapter(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

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
    public IEnumerable<Linear> Layers => Model.LinearLayers.Where(layer => layer.Factors is not null);

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
        using ExclusiveUse.Hold use = Model.Enter();
        ThrowIfMerged();
        RandomSequence random = new((ulong)seed);
        using PreparedAdapter fresh = new(this);
        foreach (Linear layer in Model.LinearLayers.Distinct())
        {
            if (layer.LowRank is not { } settings)
                continue;
            float[] a = new float[settings.Rank * layer.InFeatures];
            random.FillGaussian(a, 1.0 / settings.Rank);
            float[] b = new float[layer.OutFeatures * settings.Rank];
            fresh.Add(layer, new LowRankFactors(Model.Device, layer.CheckpointPath, settings, settings.Rank, settings.Alpha, settings.RankStabilized, a, b));
        }

        fresh.Apply();
    }

    /// <summary>
    /// Takes the factors away from all layers, and what was trained from weights marked <see cref="TrainableAttribute"/>: the model is the base model again.
    /// </summary>
    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    public void Remove()
    {
        using ExclusiveUse.Hold use = Model.Enter();
        ThrowIfMerged();
        using PreparedAdapter nothing = new(this);
        nothing.Apply();
    }

    /// <exception cref="InvalidOperationException">An adapter is merged into the weights.</exception>
    internal void ThrowIfMerged()
    {
        if (Model.LinearLayers.FirstOrDefault(layer => layer.IsMerged) is { } layer)
            throw new InvalidOperationException($"An adapter is merged into the weight of layer '{layer.CheckpointPath}'. Call Unmerge first.");
        if (Model.TrainableNorms.FirstOrDefault(norm => norm.IsMerged) is { } norm)
            throw new InvalidOperationException($"A trained weight is merged into '{norm.WeightName}'. Call Unmerge first.");
    }
}
