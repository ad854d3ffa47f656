using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;

namespace AdapterToolkit.Loading;

/// <summary>How a model is written to files.</summary>
public static class ModelSaving
{
    /// <summary>
    /// Writes the model in the Hugging Face layout, as <see cref="Save(Model, string, SaveOptions, CancellationToken)"/> does where nothing else is asked for.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder.</param>
    /// <inheritdoc cref="Save(Model, string, SaveOptions, CancellationToken)"/>
    public static void Save(this Model model, string folder) => _ = model.Save(folder, new SaveOptions());

    /// <summary>
    /// Writes the model in the Hugging Face layout, so that other programs run it as it is: weights in 4 bits as bitsandbytes writes them, others in
    /// the element type of the checkpoint that the model was loaded from or the one that they were merged to, and that checkpoint's
    /// configuration, tokenizer, templates and licence.
    /// </summary>
    /// <remarks>
    /// Beside weights in 4 bits everything else has one element type: the one that <c>config.json</c> names or, where it names none, the one that most
    /// numbers of the checkpoint have. Weights in 8 bits, which no other program reads, and such as were decoded from a quantized checkpoint are written
    /// in float32. What <c>config.json</c> says is kept as it is written, but for the types of numbers and the tokens that end a text.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <param name="options">What ends an answer, the chat template, and whether to write float32.</param>
    /// <param name="cancellationToken">Ends the saving between two tensors; what was in the folder's place stays as it was.</param>
    /// <returns>
    /// The largest absolute difference between a number as it is held and as it is written: zero, unless
    /// <see cref="Adapters.Merging.Merge(Model, bool, bool)"/> left sums in float32 that the checkpoint's 16 bits round, or a checkpoint of several types is
    /// saved in one.
    /// </returns>
    /// <exception cref="ArgumentException">The folder is the one that the model was loaded from, whose weights would be lost.</exception>
    /// <exception cref="CheckpointException">
    /// A file beside the weights of the checkpoint that the model was loaded from is damaged, or the folder has a file in the place of one of the model's that
    /// was not written so.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter runs beside the weights, or a weight marked <see cref="TrainableAttribute"/> was trained, which the files would lack; or a number is infinite
    /// or not a number, or too large for float16; the message names the tensor.
    /// </exception>
    /// <exception cref="OperationCanceledException">The saving was cancelled.</exception>
    public static float Save(this Model model, string folder, SaveOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        using ExclusiveUse.Hold use = model.Enter();
        if (model.CheckpointFolder is { } source && AtomicFolder.FullPath(source) == AtomicFolder.FullPath(folder))
            throw new ArgumentException($"The model was loaded from '{folder}', whose weights would be lost. Save it in another folder.", nameof(folder));
        if (model.LinearLayers.FirstOrDefault(layer => layer.Factors is not null && !layer.IsMerged) is { } layer)
            throw new InvalidOperationException($"Layer '{layer.CheckpointPath}' has an adapter that the saved weights would lack. Call Merge() first, or "
                + "save the adapter alone with Adapter.Save.");
        if (model.TrainableWeights.FirstOrDefault(weight => LowRankAdapter.Of(model).Of(weight).DiffersFromFrozen()) is { } weight)
            throw new InvalidOperationException($"The weight '{weight.Name}' was trained, and the saved weights would lack that. Call Merge() first, or "
                + "save it with the adapter by Adapter.Save.");
        return ModelWriter.Save(model, folder, options, cancellationToken);
    }

    /// <summary>Writes the model as <see cref="Save(Model, string, SaveOptions, CancellationToken)"/> does, on a thread of the pool.</summary>
    /// <param name="model">The model. Nothing else may use it until the task has ended.</param>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <param name="options">What ends an answer, the chat template, and whether to write float32; null for none of it.</param>
    /// <param name="cancellationToken">Ends the saving between two tensors; what was in the folder's place stays as it was.</param>
    /// <returns>The largest absolute difference between a number as it is held and as it is written.</returns>
    /// <inheritdoc cref="Save(Model, string, SaveOptions, CancellationToken)" path="/exception"/>
    public static Task<float> SaveAsync(this Model model, string folder, SaveOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => model.Save(folder, options ?? new SaveOptions(), cancellationToken), cancellationToken);
}
