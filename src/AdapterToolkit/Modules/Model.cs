using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A tree of modules that is loaded, adapted, trained and saved as a whole; this is its root. A class that derives from it is marked
/// <see cref="AdapterModelAttribute"/> and writes <c>Forward</c>.
/// </summary>
/// <remarks>
/// A model is for one thread at a time: a call that comes from another thread while one is being made throws an
/// <see cref="InvalidOperationException"/>, and the call in progress goes on. Models on one CPU device may each have a thread; on
/// any other device one model's call at a time is made. <c>Forward</c> and the methods written beside it do not look who calls.
/// </remarks>
public abstract class Model : Module, IDisposable
{
    private readonly ExclusiveUse _use = new("The model");
    private ComputeDevice? _device;
    private string? _identity;
    private bool _isDisposed;

    /// <summary>The device that holds the weights.</summary>
    /// <exception cref="InvalidOperationException">No checkpoint has been loaded.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ComputeDevice Device
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _device ?? throw new InvalidOperationException($"{ClassName} has no weights yet. Call LoadCheckpoint first.");
        }
    }

    /// <summary>The folder of the checkpoint that the weights came from; null before it is loaded.</summary>
    public string? CheckpointFolder { get; private set; }

    /// <summary>How many numbers the frozen weights hold; a head that shares the embedding's counts once.</summary>
    public long BaseParameters => DistinctFrozenWeights.Sum(weight => (long)weight.Shape.Elements);

    /// <summary>The bytes that the frozen weights take on the device.</summary>
    public long BaseBytes => DistinctFrozenWeights.Sum(weight => weight.Bytes);

    /// <summary>
    /// The bits that a number takes in the linear layers marked <see cref="QuantizedAttribute"/>, together, their scales
    /// included; null where there are none.
    /// </summary>
    public double? BitsPerWeight
    {
        get
        {
            List<FrozenWeight> weights = [.. LinearLayers.Where(layer => layer.MarkedFormat != WeightFormat.FullPrecision).Select(layer => layer.Weight)];
            return weights.Count == 0 ? null : weights.Sum(weight => weight.Bytes) * 8.0 / weights.Sum(weight => (long)weight.Shape.Elements);
        }
    }

    /// <summary>What trains: the adapter's factors, and the weights marked <see cref="TrainableAttribute"/>.</summary>
    public IReadOnlyList<Parameter> TrainableParameters => [.. SelfAndDescendants.SelectMany(module => module.Parameters).Distinct()];

    /// <summary>How many numbers train, counted as they are saved.</summary>
    public long TrainableParameterCount => TrainableParameters.Sum(parameter => (long)parameter.SavedElements);

    /// <summary>
    /// Tells base models apart by their content, in 32 hexadecimal digits: name, element type, shape and numbers of every tensor that was
    /// loaded, and the settings of the model and its layers that change what it computes. The same tensors in other folders
    /// or other files have the same identity, however they are held once they are loaded. A merge does not change it.
    /// </summary>
    /// <exception cref="InvalidOperationException">No checkpoint has been loaded.</exception>
    public string BaseIdentity => _identity ?? throw new InvalidOperationException($"{ClassName} has no weights yet. Call LoadCheckpoint first.");

    /// <summary>
    /// What changes the numbers that the model computes beside its tensors, the settings of the model and of the toolkit's layers: for a
    /// class whose <c>Forward</c> uses numbers of its own, these as text. A part of <see cref="BaseIdentity"/>.
    /// </summary>
    protected internal virtual string OwnSettings => "";

    private protected IEnumerable<FrozenWeight> DistinctFrozenWeights =>
        SelfAndDescendants.SelectMany(module => module.FrozenWeights).Distinct();

    /// <summary>Gives the memory of weights and adapter back. The model can't be used any more.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using the model.</exception>
    public void Dispose()
    {
        using ExclusiveUse.Hold use = _use.Enter();
        if (_isDisposed)
            return;
        Dispose(true);
        _isDisposed = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps other threads out until what is returned is disposed.</summary>
    /// <param name="loading">The device that the model is being loaded to; null once it is.</param>
    /// <exception cref="InvalidOperationException">Another thread is using the model, or a model on the same accelerator.</exception>
    /// <exception cref="ObjectDisposedException">The model or its device is disposed.</exception>
    internal ExclusiveUse.Hold Enter(ComputeDevice? loading = null)
    {
        ComputeDevice? device = _device ?? loading;
        ExclusiveUse.Hold use = _use.Enter(device?.Use);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            device?.ThrowIfDisposed();
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Refuses to load a model that has weights.</summary>
    /// <exception cref="InvalidOperationException">The model has weights already.</exception>
    internal void ThrowIfLoaded()
    {
        if (_device is not null)
            throw new InvalidOperationException(
                $"{ClassName} was loaded from '{CheckpointFolder}'. A model is loaded once; make a new one for another checkpoint.");
    }

    /// <summary>Notes where the weights are, and where they came from.</summary>
    /// <param name="device">The device that holds them.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="identity">What tells them apart from others.</param>
    internal void NoteLoaded(ComputeDevice device, string folder, string identity)
    {
        _identity = identity;
        _device = device;
        CheckpointFolder = folder;
    }

    /// <summary>Frees what the model holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _device is null)
            return;
        foreach (IAdapterWeights adapter in AdaptersOfTree)
            adapter.Dispose();
        foreach (FrozenWeight weight in DistinctFrozenWeights)
            weight.Dispose();
    }
}
