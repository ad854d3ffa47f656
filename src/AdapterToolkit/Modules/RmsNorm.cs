using System.ComponentModel;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Operators;
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

    /// <summary>Whether the layer's weight trains: its property is marked <see cref="TrainableAttribute"/>.</summary>
    internal bool IsTrainable { get; private set; }

    /// <summary>The name of the layer's weight in a checkpoint.</summary>
    internal string WeightName => NameOf(FrozenWeight);

    /// <inheritdoc/>
    internal override IEnumerable<KeyValuePair<string, double>> Settings => [new("epsilon", _epsilon)];

    /// <summary>The frozen weight: features.</summary>
    internal FrozenWeight FrozenWeight { get; }

    /// <summary>w · x / sqrt(mean(x²) + ε), for each row.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <returns>rows x features.</returns>
    public Tensor Forward(Tensor x) => Evaluate(x, Pass.Active);

    /// <summary><see cref="Forward"/> with the trained weight of a pass.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="pass">Says whether there is one.</param>
    /// <returns>rows x features.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor Evaluate(Tensor x, Pass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        Tensor y = Op.RmsNormalize(x, WeightOf(pass.TrainedOf(this)), _epsilon, out Tensor inverseRms);
        inverseRms.Release();
        return y;
    }

    /// <summary>Runs <see cref="Forward"/> and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="xActive">Whether something upstream of it trains.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>The result: rows x features.</returns>
    public Tensor ForwardSaving(Tensor x, bool xActive, out ForwardRecord? record) => ForwardSaving(x, xActive, Pass.Active, out record);

    /// <summary>Runs <see cref="Forward"/> with the adapters of a pass and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The rows: rows x features.</param>
    /// <param name="xActive">Whether something upstream of the rows trains.</param>
    /// <param name="pass">Says whether the weight trains.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>rows x features.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor ForwardSaving(Tensor x, bool xActive, Pass pass, out ForwardRecord? record)
    {
        ArgumentNullException.ThrowIfNull(pass);
        Parameter? trained = pass.TrainedOf(this);
        Tensor y = Op.RmsNormalize(x, WeightOf(trained), _epsilon, out Tensor inverseRms);
        if (xActive || trained is not null)
        {
            record = new Record(x.Retain(), inverseRms, trained, xActive);
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
    /// <param name="record">What <see cref="ForwardSaving(Tensor, bool, out ForwardRecord)"/> saved.</param>
    /// <param name="xGradient">Receives the gradient of the rows; null where nothing upstream trains.</param>
    public void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient)
    {
        Record saved = (Record)record;
        if (saved.Trained is { } trained)
            Op.AddRmsNormalizeWeightGradient(gradient, saved.X, saved.InverseRms, trained.AccumulatedGradient);
        xGradient = saved.InputActive ? Op.RmsNormalizeInputGradient(gradient, saved.X, WeightOf(saved.Trained), saved.InverseRms) : null;
    }

    internal override void MakeTrainable() => IsTrainable = true;

    /// <inheritdoc/>
    internal override bool TrainsItself(Pass pass) => pass.TrainedOf(this) is not null;

    /// <summary>Makes a trained weight that starts as the frozen one, without using it yet.</summary>
    internal Parameter NewTrained() => NewTrained(FrozenWeight.ToArray());

    /// <summary>Makes a trained weight of numbers, without using it yet.</summary>
    /// <param name="values">One number for each feature.</param>
    internal Parameter NewTrained(ReadOnlySpan<float> values)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return new Parameter(Tensor.From(FrozenWeight.Device, FrozenWeight.Shape, values), WeightName);
    }

    private Tensor WeightOf(Parameter? trained) => trained?.Value ?? FrozenWeight.Data;

    private sealed class Record(Tensor x, Tensor inverseRms, Parameter? trained, bool inputActive) : ForwardRecord
    {
        public Tensor X { get; } = x;

        public Tensor InverseRms { get; } = inverseRms;

        public Parameter? Trained { get; } = trained;

        public bool InputActive { get; } = inputActive;

        public override IEnumerable<SavedTensor> SavedTensors => [new("x", X), new("inverseRms", InverseRms)];

        public override void Release()
        {
            X.Release();
            InverseRms.Release();
        }
    }
}
