using System.ComponentModel;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A part of a model: a layer of the toolkit, or a class marked <see cref="AdapterModelAttribute"/> whose parts are modules.
/// </summary>
/// <remarks>
/// Every module whose <c>Forward</c> takes tensors has two companions, written by hand for the toolkit's layers and by the
/// source generator for a marked class. For <c>Tensor Forward(Tensor x, SequenceContext context)</c> they are
/// <code>
/// Tensor ForwardSaving(Tensor x, bool xActive, SequenceContext context, Pass pass, out ForwardRecord? record)
/// void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient)
/// </code>
/// The pass says which adapters run on which rows; it is handed down to the modules inside, and asked at each attention for what stands before the sequences.
/// Each tensor parameter is followed by whether something upstream of it trains. The record holds what the backward pass
/// needs, and is null where nothing in the module or upstream of it trains. <c>Backward</c> borrows the gradient of the
/// result, adds to the gradients of the parameters, hands out the gradients of the active inputs (null for the others),
/// which its caller then holds, and leaves the record to its caller to release.
/// There is besides <c>Tensor Evaluate(Tensor x, SequenceContext context, Pass pass)</c>: <c>Forward</c> with planned buffers.
/// </remarks>
public abstract class Module : IAdapted
{
    private bool _isTrainable;
    private List<IAdapterWeights>? _adapters;
    private int _firstSite = -1;

    /// <summary>The module's name in the checkpoint, from the model down: <c>model.layers.3.self_attn.q_proj</c>.</summary>
    public string CheckpointPath { get; internal set; } = "";

    /// <summary>The modules that this one is made of, with their names in the checkpoint.</summary>
    public virtual IEnumerable<ModuleChild> Children => [];

    /// <summary>
    /// Whether the backward pass runs the module's forward pass once more in place of keeping what it saves: gradient
    /// checkpointing, which trades a third more work for the memory of the activations.
    /// </summary>
    /// <remarks>Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.</remarks>
    public bool RecomputesForward { get; set; }

    /// <summary>The frozen weights that the module itself holds, with their names in the checkpoint.</summary>
    public virtual IEnumerable<FrozenWeight> FrozenWeights => [];

    /// <summary>The parameters that the module itself trains: those that the adapter in use has for it.</summary>
    public virtual IEnumerable<Parameter> Parameters => Pass.Active.ParametersOf(this).Concat(ParametersAtSites(Pass.Active));

    /// <summary>The name of the module's class as it is written, for messages.</summary>
    internal string ClassName => ClassNameOf(GetType());

    /// <summary>Whether a frozen weight of the module is no longer that of the checkpoint, since an adapter was merged into it.</summary>
    internal bool HasMergedWeight { get; set; }

    /// <summary>The weights of the adapter in use; null for none.</summary>
    internal IAdapterWeights? AdapterWeights { get; set; }

    /// <summary>All adapters of the tree that the module is the root of.</summary>
    internal ICollection<IAdapterWeights> AdaptersOfTree => _adapters ??= [];

    /// <inheritdoc/>
    IAdapterWeights? IAdapted.AdapterWeights => AdapterWeights;

    /// <summary>The linear layers of this module and of all below it, with their paths.</summary>
    public IEnumerable<Linear> LinearLayers => SelfAndDescendants.OfType<Linear>();

    /// <inheritdoc/>
    IEnumerable<FrozenWeight> IAdapted.TrainableWeights => OwnTrainableWeights;

    /// <summary>The weights of this module and of all below it of which adapters have trained copies, each once.</summary>
    internal IEnumerable<TrainableWeight> TrainableWeights => SelfAndDescendants
        .SelectMany(module => module.OwnTrainableWeights.Select(weight => new TrainableWeight(module, weight)))
        .DistinctBy(trainable => trainable.Weight);

    /// <summary>Whether the module has weights that train where the property that holds it is marked <see cref="TrainableAttribute"/>.</summary>
    internal bool CanTrain => WeightsThatCanTrain.Any();

    /// <summary>
    /// How many attentions the module's own <c>Forward</c> has: its calls of operators that leave an argument to the pass (<see cref="FromPassAttribute"/>).
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual int OwnAttentions => 0;

    /// <summary>The sites of the module's own attentions: their numbers in the tree, which they have since it was named.</summary>
    internal IEnumerable<int> AttentionSites => Enumerable.Range(0, OwnAttentions).Select(SiteOf);

    /// <summary>The module's own weights of which adapters have trained copies.</summary>
    private protected IEnumerable<FrozenWeight> OwnTrainableWeights => _isTrainable ? WeightsThatCanTrain : [];

    /// <summary>The module's own weights that train where the property that holds it is marked <see cref="TrainableAttribute"/>.</summary>
    private protected virtual IEnumerable<FrozenWeight> WeightsThatCanTrain => [];

    /// <summary>The numbers beside its weights that change what the module itself computes, with their names.</summary>
    internal virtual IEnumerable<KeyValuePair<string, double>> Settings => [];

    /// <summary>This module and all modules below it, each after the one that holds it.</summary>
    public IEnumerable<Module> SelfAndDescendants
    {
        get
        {
            yield return this;
            foreach (ModuleChild child in Children)
            {
                foreach (Module module in child.Module.SelfAndDescendants)
                    yield return module;
            }
        }
    }

    /// <summary>The name that one of the module's frozen weights has in the checkpoint.</summary>
    /// <param name="weight">The weight.</param>
    internal string NameOf(FrozenWeight weight) => $"{CheckpointPath}.{weight.Name}";

    /// <summary>Whether anything trains in this module or below it.</summary>
    /// <param name="pass">Says what does.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected bool Trains(Pass pass) => SelfAndDescendants.Any(module => module.ParametersAtSites(pass).Any() || module.TrainsItself(pass));

    /// <summary>What stands before the sequences of the batch in one of the module's own attentions; null for nothing.</summary>
    /// <param name="pass">Says what does.</param>
    /// <param name="attention">Which of them, in the order in which they stand in <c>Forward</c>.</param>
    /// <exception cref="InvalidOperationException">The adapter has virtual tokens, but the attention has no number, since its tree was not loaded.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected AttentionPrefix? PrefixAt(Pass pass, int attention)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return pass.PrefixAt(this, SiteOf(attention));
    }

    /// <summary>Names this module and all below it, numbers their attentions, marks those that train, and gives them its adapter.</summary>
    /// <param name="path">This module's name.</param>
    internal void NameTree(string path)
    {
        NameParts(path);
        int site = 0;
        foreach (Module module in SelfAndDescendants.Distinct())
        {
            module._firstSite = site;
            site += module.OwnAttentions;
        }
    }

    private void NameParts(string path)
    {
        CheckpointPath = path;
        foreach (ModuleChild child in Children)
        {
            child.Module.AdapterWeights = AdapterWeights ?? child.Module.AdapterWeights;
            if (child.Trainable)
                child.Module.MakeTrainable();
            child.Module.NameParts(path.Length == 0 ? child.Name : child.Name.Length == 0 ? path : $"{path}.{child.Name}");
        }
    }

    /// <summary>Whether the module has parameters in a pass; one that is not the toolkit's says so itself.</summary>
    /// <param name="pass">The pass.</param>
    internal virtual bool TrainsItself(Pass pass) =>
        CanTrain ? OwnTrainableWeights.Any(weight => !pass.CopiesOf(this, weight).IsEmpty) : Parameters.Except(ParametersAtSites(Pass.Active)).Any();

    /// <summary>How one of the module's frozen weights is to be held.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="inFile">How its numbers are written in the checkpoint.</param>
    /// <param name="storage">Whether classes that are marked so are to be quantized.</param>
    internal virtual WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) => WeightFormat.FullPrecision;

    /// <summary>Puts one of the module's frozen weights on a device, in a format.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <param name="format">The format.</param>
    /// <param name="name">The tensor's name, for messages.</param>
    /// <exception cref="InvalidDataException">A number is not finite, which only float32 holds here.</exception>
    internal virtual void Load(FrozenWeight weight, ComputeDevice device, ReadOnlySpan<float> values, WeightFormat format, string name) =>
        weight.Load(device, values, format, name);

    /// <summary>Lets the module's own weights train together with the adapters.</summary>
    /// <exception cref="NotSupportedException">The module has no weight that can train.</exception>
    internal void MakeTrainable()
    {
        if (!CanTrain)
            throw new NotSupportedException($"{ClassName} has no weight that can train. [Trainable] goes on a property that holds an RmsNorm.");
        _isTrainable = true;
    }

    private IEnumerable<Parameter> ParametersAtSites(Pass pass) => AttentionSites.SelectMany(site => pass.ParametersAt(this, site));

    private int SiteOf(int attention) => _firstSite < 0 ? _firstSite : _firstSite + attention;

    private static string ClassNameOf(Type type) => type.Name.Split('`') is [var name, _]
        ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(ClassNameOf))}>"
        : type.Name;
}
