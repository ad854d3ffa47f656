using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>An adapter's copy of a frozen weight, which trains, and whether it is merged: the frozen weight then holds its numbers.</summary>
/// <param name="trainable">The weight.</param>
internal sealed class TrainedWeight(TrainableWeight trainable) : IDisposable
{
    private Parameter? _copy;
    private TrainedCopies _copies = TrainedCopies.None;
    private WeightContents? _unmerged;
    private WeightFormat? _typeBeforeMerge;
    private bool _hadMergedWeight;

    /// <summary>Whether the frozen weight is the trained one now, and the one of before is kept for <see cref="Unmerge"/>.</summary>
    internal bool IsMerged => _unmerged is not null;

    /// <summary>The copy, made of the frozen weight when it is first asked for; null while it is merged, and before the frozen weight is loaded.</summary>
    internal Parameter? Copy => IsMerged || !trainable.Weight.IsLoaded ? null : _copy ??= trainable.NewCopy();

    /// <summary>The copy, on every row.</summary>
    internal TrainedCopies Copies
    {
        get
        {
            if (Copy is not { } copy)
                return TrainedCopies.None;
            if (!ReferenceEquals(_copies.OnAllRows, copy))
                _copies = new TrainedCopies(copy);
            return _copies;
        }
    }

    /// <summary>Replaces the copy.</summary>
    /// <param name="copy">The other one, this object's from now on; null for a new copy of the frozen weight.</param>
    internal void SetCopy(Parameter? copy)
    {
        _copy?.Dispose();
        _copy = copy;
        _copies = TrainedCopies.None;
    }

    /// <summary>Whether what trains differs from the frozen weight, so that a file of frozen weights would lack something.</summary>
    internal bool DiffersFromFrozen() =>
        !IsMerged && _copy is not null && !_copy.Value.ToArray().AsSpan().SequenceEqual(trainable.Weight.ToArray());

    /// <summary>Makes the copy the frozen weight.</summary>
    /// <param name="reversible">Whether both are kept for <see cref="Unmerge"/>; otherwise the old frozen weight is released.</param>
    /// <param name="savedType">The element type in which the weight is saved from then on; null for the checkpoint's.</param>
    internal void Merge(bool reversible, Func<FrozenWeight, WeightFormat?> savedType)
    {
        if (IsMerged || _copy is null)
            return;
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        FrozenWeight frozen = trainable.Weight;
        WeightContents merged = new(Tensor.From(frozen.Device, frozen.Shape, _copy.Value.ToArray()), null);
        _hadMergedWeight = trainable.Module.HasMergedWeight;
        trainable.Module.HasMergedWeight |= DiffersFromFrozen();
        WeightContents before = frozen.Take()!;
        frozen.PutBack(merged);
        _typeBeforeMerge = frozen.MergedType;
        frozen.MergedType = savedType(frozen);
        if (reversible)
        {
            _unmerged = before;
            return;
        }

        before.Dispose();
        SetCopy(null);
    }

    /// <summary>Takes a reversible merge back.</summary>
    internal void Unmerge()
    {
        if (_unmerged is null)
            return;
        trainable.Weight.PutBack(_unmerged);
        _unmerged = null;
        trainable.Module.HasMergedWeight = _hadMergedWeight;
        trainable.Weight.MergedType = _typeBeforeMerge;
    }

    /// <summary>Gives the memory of the copy, and of what it was merged into, back.</summary>
    public void Dispose()
    {
        SetCopy(null);
        _unmerged?.Dispose();
        _unmerged = null;
    }
}
