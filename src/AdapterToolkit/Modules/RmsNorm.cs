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

    /// <inheritdoc/>
    internal override IEnumerable<KeyValuePair<string, double>> Settings => [new("epsilon", _epsilon)];

    /// <summary>The frozen weight: features.</summary>
    internal FrozenWeight FrozenWeight { get; }

    /// <inheritdoc/>
    private protected override IEnumerable<FrozenWeight> WeightsThatCanTrain => FrozenWeights;

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
        TrainedCopies copies = pass.CopiesOf(this, FrozenWeight);
        pass.NoteUse(copies);
        Tensor y = Normalize(x, copies, out Tensor inverseRms);
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
        TrainedCopies copies = pass.CopiesOf(this, FrozenWeight);
        pass.NoteUse(copies);
        Tensor y = Normalize(x, copies, out Tensor inverseRms);
        if (xActive || !copies.IsEmpty)
        {
            record = new Record(x.Retain(), inverseRms, copies, pass, xActive);
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
        ArgumentNullException.ThrowIfNull(gradient);
        Record saved = (Record)record;
        foreach (Parameter copy in saved.Copies.Parameters)
            AddWeightGradient(gradient, saved, copy);
        xGradient = saved.InputActive ? InputGradient(gradient, saved) : null;
    }

    /// <summary>Each run of rows with the weight that stands on it.</summary>
    private Tensor Normalize(Tensor x, TrainedCopies copies, out Tensor inverseRms)
    {
        if (!copies.DifferByRow)
            return Op.RmsNormalize(x, WeightOf(copies.OnAllRows), _epsilon, out inverseRms);
        Tensor result = x.AllocateLike();
        inverseRms = Tensor.Allocate(x.Device, new Shape(x.Rows, 1));
        foreach ((RowRange rows, Parameter? copy) in copies.Runs(x.Rows))
        {
            using Tensor xs = SliceOf(x, rows), results = SliceOf(result, rows), inverses = SliceOf(inverseRms, rows);
            Op.RmsNormalizeInto(xs, WeightOf(copy), _epsilon, results, inverses);
        }

        return result;
    }

    private Tensor InputGradient(Tensor gradient, Record saved)
    {
        if (!saved.Copies.DifferByRow)
            return Op.RmsNormalizeInputGradient(gradient, saved.X, WeightOf(saved.Copies.OnAllRows), saved.InverseRms);
        Tensor result = gradient.AllocateLike();
        foreach ((RowRange rows, Parameter? copy) in saved.Copies.Runs(gradient.Rows))
        {
            using Tensor gradients = SliceOf(gradient, rows), xs = SliceOf(saved.X, rows), inverses = SliceOf(saved.InverseRms, rows);
            using Tensor results = SliceOf(result, rows);
            Op.RmsNormalizeInputGradientInto(gradients, xs, WeightOf(copy), inverses, results);
        }

        return result;
    }

    /// <summary>Adds to the gradient of a copy over the rows that it stands on, sequence by sequence where the pass tells them apart.</summary>
    private static void AddWeightGradient(Tensor gradient, Record saved, Parameter copy) => saved.Pass.AddGradient(
        copy,
        gradient.Rows,
        [.. saved.Copies.Runs(gradient.Rows).Where(run => ReferenceEquals(run.Copy, copy)).Select(run => run.Rows)],
        rows =>
        {
            using Tensor gradients = SliceOf(gradient, rows), xs = SliceOf(saved.X, rows), inverses = SliceOf(saved.InverseRms, rows);
            Op.AddRmsNormalizeWeightGradient(gradients, xs, inverses, copy.AccumulatedGradient);
        });

    /// <summary>Some rows; numbers of which there is one a row are seen as a column.</summary>
    private static Tensor SliceOf(Tensor tensor, RowRange rows)
    {
        if (tensor.Shape.Dimensions.Length > 1)
            return tensor.SliceRows(rows.First, rows.Count);
        using Tensor column = tensor.Reshape(new Shape(tensor.Shape.Elements, 1));
        return column.SliceRows(rows.First, rows.Count);
    }

    private Tensor WeightOf(Parameter? copy) => copy?.Value ?? FrozenWeight.Data;

    private sealed class Record(Tensor x, Tensor inverseRms, TrainedCopies copies, Pass pass, bool inputActive) : ForwardRecord
    {
        public Tensor X { get; } = x;

        public Tensor InverseRms { get; } = inverseRms;

        public TrainedCopies Copies { get; } = copies;

        public Pass Pass { get; } = pass;

        public bool InputActive { get; } = inputActive;

        public override IEnumerable<SavedTensor> SavedTensors => [new("x", X), new("inverseRms", InverseRms)];

        public override void Release()
        {
            X.Release();
            InverseRms.Release();
        }
    }
}
