using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Models;

/// <summary>Loads language models of all families from folders of the Hugging Face layout; <c>config.json</c> tells the family.</summary>
public static class CausalModel
{
    /// <summary>Loads a checkpoint.</summary>
    /// <typeparam name="TProjection">The class of the projections of attention and feed-forward networks, whose annotations decide rank and bits.</typeparam>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c> or its parts.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="storage">Whether the projections are quantized as they are marked, or keep the file's numbers.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <inheritdoc cref="Load{TProjection}(string, ComputeDevice, LoadOptions, CancellationToken)" path="/exception"/>
    public static LanguageModel Load<TProjection>(string folder, ComputeDevice device, WeightStorage storage = WeightStorage.AsMarked)
        where TProjection : Linear, ILinear<TProjection> =>
        Load<TProjection>(folder, device, new LoadOptions { Storage = storage });

    /// <summary>Loads a checkpoint.</summary>
    /// <typeparam name="TProjection">The class of the projections of attention and feed-forward networks, whose annotations decide rank and bits.</typeparam>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c> or its parts.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="options">How the weights are held, which tensors are left out, renamed or transposed, and who is told how it goes.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <exception cref="CheckpointException">
    /// A file is missing or malformed, <c>config.json</c> names a family that is not known or asks for what is not supported, or files contradict each other.
    /// </exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static LanguageModel Load<TProjection>(string folder, ComputeDevice device, LoadOptions options, CancellationToken cancellationToken = default)
        where TProjection : Linear, ILinear<TProjection>
    {
        LanguageModel model = CausalModelConfig.FromFolder(folder).CreateModel<TProjection>();
        model.LoadCheckpoint(folder, device, options, cancellationToken);
        return model;
    }

    /// <summary>
    /// Loads a checkpoint as <see cref="Load{TProjection}(string, ComputeDevice, LoadOptions, CancellationToken)"/> does, on a thread of the pool.
    /// </summary>
    /// <typeparam name="TProjection">The class of the projections of attention and feed-forward networks, whose annotations decide rank and bits.</typeparam>
    /// <param name="folder">The folder with <c>config.json</c> and <c>model.safetensors</c> or its parts.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="options">How the weights are held, which tensors are left out, renamed or transposed, and who is told how it goes; may be null.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <inheritdoc cref="Load{TProjection}(string, ComputeDevice, LoadOptions, CancellationToken)" path="/exception"/>
    public static Task<LanguageModel> LoadAsync<TProjection>(
        string folder, ComputeDevice device, LoadOptions? options = null, CancellationToken cancellationToken = default)
        where TProjection : Linear, ILinear<TProjection> =>
        Task.Run(() => Load<TProjection>(folder, device, options ?? new LoadOptions(), cancellationToken), cancellationToken);
}
