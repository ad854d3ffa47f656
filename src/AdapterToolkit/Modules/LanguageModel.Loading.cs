using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Modules;

/// <content>How the weights come into the model, and what tells them apart from others.</content>
public abstract partial class LanguageModel
{
    private string? _identity;

    /// <summary>
    /// Tells base models apart by their content, in 32 hexadecimal digits: name, element type, shape and numbers of every tensor that was
    /// loaded, and the settings of the model and its layers that change what it computes. The same tensors in other folders
    /// or other files have the same identity, however they are held once they are loaded. A merge does not change it.
    /// </summary>
    /// <exception cref="InvalidOperationException">No checkpoint has been loaded.</exception>
    public string BaseIdentity => _identity ?? throw new InvalidOperationException($"{GetType().Name} has no weights yet. Call LoadCheckpoint first.");

    /// <summary>
    /// What changes the numbers that the model computes beside its tensors, its rotary embedding and the settings of the toolkit's layers: for a
    /// class whose <see cref="Forward"/> uses numbers of its own, these as text. A part of <see cref="BaseIdentity"/>.
    /// </summary>
    protected virtual string OwnSettings => "";

    /// <summary>Loads the weights of a checkpoint in the Hugging Face layout, tensor by tensor.</summary>
    /// <param name="folder">The folder with <c>model.safetensors</c>, or <c>model.safetensors.index.json</c> and its parts.</param>
    /// <param name="device">The device to put them on.</param>
    /// <param name="storage">Whether layers marked <see cref="QuantizedAttribute"/> are quantized, each as soon as it is read, or keep the file's numbers.</param>
    /// <inheritdoc cref="LoadCheckpoint(string, Device, LoadOptions, CancellationToken)" path="/exception"/>
    public void LoadCheckpoint(string folder, Device device, WeightStorage storage = WeightStorage.AsMarked) =>
        LoadCheckpoint(folder, device, new LoadOptions { Storage = storage });

    /// <summary>Loads the weights of a checkpoint in the Hugging Face layout, tensor by tensor.</summary>
    /// <param name="folder">The folder with <c>model.safetensors</c>, or <c>model.safetensors.index.json</c> and its parts.</param>
    /// <param name="device">The device to put them on.</param>
    /// <param name="options">How they are held, which tensors are left out, renamed or transposed, and who is told how it goes.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    /// <exception cref="CheckpointException">
    /// A tensor is missing, unknown, malformed, of another shape or type, or has a number that is infinite or not a number; the folder's files contradict each
    /// other; or it holds something else. The model stays as it was, and can be loaded.
    /// </exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled. The model stays as it was, and can be loaded.</exception>
    /// <exception cref="InvalidOperationException">The model has weights already.</exception>
    public void LoadCheckpoint(string folder, Device device, LoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        using ExclusiveUse.Hold use = Enter(device);
        if (_device is not null)
            throw new InvalidOperationException($"{GetType().Name} was loaded from '{CheckpointFolder}'. A model is loaded once; make a new one for another checkpoint.");
        NameTree("");
        ContentIdentity identity = new();
        AddSettings(identity);
        ModelLoader.Load(this, folder, device, options, identity, cancellationToken);
        _identity = identity.ToString();
        _device = device;
        CheckpointFolder = folder;
    }

    /// <summary>Adds what changes the numbers beside the tensors. How long sequences may be does not.</summary>
    private void AddSettings(ContentIdentity identity)
    {
        identity.Add("rotary.head_dim", _rotarySettings.HeadDim);
        identity.Add("rotary.base", _rotarySettings.Base);
        if (_rotarySettings.Scaling is { } scaling)
        {
            identity.Add("rotary.factor", scaling.Factor);
            identity.Add("rotary.low_frequency_factor", scaling.LowFrequencyFactor);
            identity.Add("rotary.high_frequency_factor", scaling.HighFrequencyFactor);
            identity.Add("rotary.original_positions", scaling.OriginalMaxPositions);
        }

        identity.Add("own", OwnSettings);
        foreach (Module module in SelfAndDescendants)
        {
            foreach ((string name, double value) in module.Settings)
                identity.Add($"{module.CheckpointPath}.{name}", value);
        }
    }
}
