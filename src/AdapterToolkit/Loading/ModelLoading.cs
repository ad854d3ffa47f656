using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>How the weights come into a model, and what tells them apart from others.</summary>
public static class ModelLoading
{
    /// <summary>Loads the weights of a checkpoint in the Hugging Face layout, tensor by tensor.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder with <c>model.safetensors</c>, or <c>model.safetensors.index.json</c> and its parts.</param>
    /// <param name="device">The device to put them on.</param>
    /// <param name="storage">
    /// Whether layers marked <see cref="QuantizedAttribute"/> are quantized, each as soon as it is read, or keep the file's numbers.
    /// </param>
    /// <inheritdoc cref="LoadCheckpoint(Model, string, ComputeDevice, LoadOptions, CancellationToken)" path="/exception"/>
    public static void LoadCheckpoint(this Model model, string folder, ComputeDevice device, WeightStorage storage = WeightStorage.AsMarked) =>
        model.LoadCheckpoint(folder, device, new LoadOptions { Storage = storage });

    /// <summary>Loads the weights of a checkpoint in the Hugging Face layout, tensor by tensor.</summary>
    /// <param name="model">The model.</param>
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
    public static void LoadCheckpoint(this Model model, string folder, ComputeDevice device, LoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        using ExclusiveUse.Hold use = model.Enter(device);
        model.ThrowIfLoaded();
        model.NameTree("");
        ContentIdentity identity = new();
        AddSettings(model, identity);
        ModelLoader.Load(model, folder, device, options, identity, cancellationToken);
        model.NoteLoaded(device, folder, identity.ToString());
    }

    /// <summary>
    /// Loads the weights of a checkpoint as <see cref="LoadCheckpoint(Model, string, ComputeDevice, LoadOptions, CancellationToken)"/> does, on a thread of the
    /// pool.
    /// </summary>
    /// <param name="model">The model. Nothing else may use it until the task has ended.</param>
    /// <param name="folder">The folder with <c>model.safetensors</c>, or <c>model.safetensors.index.json</c> and its parts.</param>
    /// <param name="device">The device to put them on.</param>
    /// <param name="options">How they are held, which tensors are left out, renamed or transposed, and who is told how it goes; null for none of it.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    /// <returns>A task that ends when the model is loaded.</returns>
    /// <inheritdoc cref="LoadCheckpoint(Model, string, ComputeDevice, LoadOptions, CancellationToken)" path="/exception"/>
    public static Task LoadCheckpointAsync(
        this Model model, string folder, ComputeDevice device, LoadOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => model.LoadCheckpoint(folder, device, options ?? new LoadOptions(), cancellationToken), cancellationToken);

    /// <summary>Adds what changes the numbers beside the tensors. How long sequences may be does not.</summary>
    private static void AddSettings(Model model, ContentIdentity identity)
    {
        identity.Add("own", model.OwnSettings);
        foreach (Module module in model.SelfAndDescendants)
        {
            foreach ((string name, double value) in module.Settings)
                identity.Add(ReferenceEquals(module, model) ? name : $"{module.CheckpointPath}.{name}", value);
        }
    }
}
