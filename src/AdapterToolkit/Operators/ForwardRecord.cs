namespace AdapterToolkit.Operators;

/// <summary>What one run of a module's forward pass saved for its backward pass.</summary>
public abstract class ForwardRecord
{
    /// <summary>The tensors that this record holds, those of the records in it included.</summary>
    public abstract IEnumerable<SavedTensor> SavedTensors { get; }

    /// <summary>The bytes saved for the backward pass. A tensor that several parts hold counts once.</summary>
    public long SavedBytes => SavedTensors.DistinctBy(saved => saved.Tensor.Memory).Sum(saved => saved.Tensor.Bytes);

    /// <summary>Releases the tensors. The record can't be used any more.</summary>
    public abstract void Release();
}
