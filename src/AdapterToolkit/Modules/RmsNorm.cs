using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// Scales each row by the inverse of its root mean square and each feature by a weight, which is frozen unless the
/// property that holds the layer is marked <see cref="TrainableAttribute"/>.
/// </summary>
public sealed class RmsNorm : Module
{
    private readonly float _epsilon;
    private bool _trainable;
    private Parameter? _trained;
    private WeightContents? _unmerged;
    private WeightFormat? _typeBeforeMerge;
    private bool _hadMergedWeight;

    /// <summary>Declares a layer whose weight is yet to be loaded.</summary>
    /// <param name="features">Features of a row.</param>
    /// <param name="epsilon">What is added to the mean square.</param>
    public RmsNorm(int features, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        FrozenWeight = new FrozenWeight("weight", new Shape(features));
        _epsilon = epsilon;
    }

    /// <inheritdoc/>
    public override IEnumerable<FrozenWeight> FrozenWeights => [FrozenWeight];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => !IsMerged && Trained is { } trained ? [trained] : [];

    /// <summary>Whether the layer's weight trains: its property is marked <see cref="TrainableAttribute"/>.</summary>
    internal bool IsTrainable => _trainable;

    /// <summary>Whether the frozen weight is the trained one now, and the one of before is kept for <see cref="Unmerge"/>.</summary>
    internal bool IsMerged => _unmerged is not null;

    /// <summary>The name of the layer's weight in a checkpoint.</summary>
    internal string WeightName => NameOf(FrozenWeight);

    /// <inheritdoc/>
    internal override IEnumerable<KeyValuePair<string, double>> Settings => [new("epsilon", _epsilon)];

    private FrozenWeight FrozenWeight { get; }

    /// <summary>The weight that trains, which starts as the frozen one; null where the layer does not train.</summary>
    private Parameter? Trained => _trainable && FrozenWeight.IsLoaded ? _trained ??= NewTrained() : null;

    private Tensor Weight => IsMerged ? FrozenWeight.Data : Trained?.Value ?? FrozenWeight.Data;

    /// <summary>w · x / sqrt(mean(x²) + ε), for each row.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <returns>rows x features.</returns>
    public Tensor Forward(Tensor x)
    {
        Tensor y = Op.RmsNormalize(x, Weight, _epsilon, out Tensor inverseRms);
        inverseRms.Release();
        return y;
    }

    /// <summary>Runs <see cref="Forward"/> and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="xActive">Whether something upstream of the rows trains.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>rows x features.</returns>
    public Tensor ForwardSaving(Tensor x, bool xActive, out ForwardRecord? record)
    {
        Tensor y = Op.RmsNormalize(x, Weight, _epsilon, out Tensor inverseRms);
        if (xActive || Trained is not null)
        {
            record = new Record(x.Retain(), inverseRms, xActive);
        }
        else
        {
            inverseRms.Release();
            record = null;
        }

        return y;
    }

    /// <summary>Computes the gradient of the rows, and adds to the weight's where that trains.</summary>
    /// <param name="gradient">The gradient of the result: rows x features.</param>
    /// <param name="record">What <see cref="ForwardSaving"/> saved.</param>
    /// <param name="xGradient">Receives the gradient of the rows; null where nothing upstream trains.</param>
    public void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient)
    {
        Record saved = (Record)record;
        if (Trained is { } trained)
            Op.AddRmsNormalizeWeightGradient(gradient, saved.X, saved.InverseRms, trained.AccumulatedGradient);
        xGradient = saved.InputActive ? Op.RmsNormalizeInputGradient(gradient, saved.X, Weight, saved.InverseRms) : null;
    }

    internal override void MakeTrainable() => _trainable = true;

    /// <summary>Makes a trained weight that starts as the frozen one, without using it yet.</summary>
    internal Parameter NewTrained() => NewTrained(FrozenWeight.ToArray());

    /// <summary>Makes a trained weight of numbers, without using it yet.</summary>
    /// <param name="values">One number for each feature.</param>
    internal Parameter NewTrained(ReadOnlySpan<float> values)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return new Parameter(Tensor.From(FrozenWeight.Device, FrozenWeight.Shape, values), WeightName);
    }

    /// <summary>Replaces the weight that trains.</summary>
    /// <param name="trained">The other one; null for a new copy of the frozen weight, made when it is needed.</param>
    internal void SetTrained(Parameter? trained)
    {
        _trained?.Dispose();
        _trained = trained;
    }

    /// <summary>Whether what trains differs from the frozen weight, so that a file of frozen weights would lack something.</summary>
    internal bool DiffersFromFrozen() =>
        !IsMerged && _trained is not null && !_trained.Value.ToArray().AsSpan().SequenceEqual(FrozenWeight.ToArray());

    /// <summary>Makes the trained weight the frozen one.</summary>
    /// <param name="reversible">Whether both are kept for <see cref="Unmerge"/>; otherwise the old frozen weight is released.</param>
    /// <param name="savedType">The element type in which the weight is saved from then on; null for the checkpoint's.</param>
    internal void Merge(bool reversible, Func<FrozenWeight, WeightFormat?> savedType)
    {
        if (IsMerged || _trained is null)
            return;
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        WeightContents merged = new(Tensor.From(FrozenWeight.Device, FrozenWeight.Shape, _trained.Value.ToArray()), null);
        _hadMergedWeight = HasMergedWeight;
        HasMergedWeight |= DiffersFromFrozen();
        WeightContents before = FrozenWeight.Take()!;
        FrozenWeight.PutBack(merged);
        _typeBeforeMerge = FrozenWeight.MergedType;
        FrozenWeight.MergedType = savedType(FrozenWeight);
        if (reversible)
        {
            _unmerged = before;
            return;
        }

        before.Dispose();
        SetTrained(null);
    }

    /// <summary>Takes a reversible merge back.</summary>
    internal void Unmerge()
    {
        if (_unmerged is null)
            return;
        FrozenWeight.PutBack(_unmerged);
        _unmerged = null;
        HasMergedWeight = _hadMergedWeight;
        FrozenWeight.MergedType = _typeBeforeMerge;
    }

    /// <inheritdoc/>
    internal override void Release()
    {
        SetTrained(null);
        _unmerged?.Dispose();
        _unmerged = null;
    }

    private sealed class Record(Tensor x, Tensor inverseRms, bool inputActive) : ForwardRecord
    {
        public Tensor X { get; } = x;

        public Tensor InverseRms { get; } = inverseRms;

        public bool InputActive { get; } = inputActive;

        public override IEnumerable<SavedTensor> SavedTensors => [new("x", X), new("inverseRms", InverseRms)];

        public override void Release()
        {
            X.Release();
            InverseRms.Release();
        }
    }
}
