using AdapterToolkit.Formats;
using AdapterToolkit.Modules;

namespace AdapterToolkit.Loading;

/// <summary>Writes a model in the Hugging Face layout, so that other programs run it as it is.</summary>
internal static class ModelWriter
{
    /// <summary>Writes weights, configuration, and what lies beside them in the checkpoint that the model was loaded from.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The folder to write.</param>
    /// <param name="options">How to write it.</param>
    /// <param name="cancellationToken">Ends the writing between two tensors.</param>
    /// <returns>The largest absolute difference between a number as it is held and as it is written.</returns>
    internal static float Save(Model model, string folder, SaveOptions options, CancellationToken cancellationToken)
    {
        List<NamedWeight> weights = WeightNames.Of(model);
        SavedFormats formats = SavedFormats.Of(weights, model.CheckpointFolder is { } origin ? ElementTypes.FindIn(origin) : null, options.FullPrecision);
        SavedTensors tensors = new(formats, cancellationToken);
        AtomicFolder.Write(folder, beside =>
        {
            SafetensorsWriter.Write(Path.Combine(beside, Checkpoint.SingleFileName), [.. weights.SelectMany(tensors.Of)]);
            if (model.CheckpointFolder is not { } source)
                return;
            CompanionFiles.Copy(source, beside);
            if (options.ChatTemplateFile is { } template)
                SavedChatTemplate.Write(template, beside);
            SavedConfiguration.Write(model, source, beside, formats, options.EndTokens);
        }, Checkpoint.Part);
        return tensors.LargestChange;
    }
}
