using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>How an adapter is written to files in PEFT's layout.</summary>
public static class AdapterSaving
{
    /// <summary>
    /// Saves the adapter in PEFT's layout, each layer's factors at their own rank, and the weights marked
    /// <see cref="TrainableAttribute"/> as <c>modules_to_save</c>. Settings of an adapter that was loaded are kept where they are still true.
    /// </summary>
    /// <param name="adapter">The adapter of a model.</param>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <exception cref="InvalidOperationException">
    /// No layer has factors and nothing else trains, or a number is infinite or not a number; the message names its tensor.
    /// </exception>
    public static void Save(this LowRankAdapter adapter, string folder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        Module model = adapter.Root;
        using ExclusiveUse.Hold use = adapter.Enter();
        Linear[] layers = [.. adapter.Layers.Distinct()];
        PeftSavedTensor[] modules = TrainedModules.Saved(adapter);
        if (layers.Length == 0 && modules.Length == 0)
            throw new InvalidOperationException("There is no adapter to save: no layer of the model has factors, and no weight is marked [Trainable].");
        PeftLayer[] saved = [.. layers.Select(layer => SavedLayer(layer, adapter.FactorsOf(layer)!)).OrderBy(layer => layer.Path, StringComparer.Ordinal)];
        PeftAdapterConfig config = saved.Length > 0
            ? PeftAdapterConfig.FromLayers(saved, adapter.FactorsOf(layers[0])!.RankStabilized, TargetsOf(adapter, layers))
            : PeftAdapterConfig.WithoutLayers;
        config = config with { ModulesToSave = TrainedModules.Names(model) };
        if (adapter.Settings is { } loaded)
            config = config.After(loaded, saved, model.LinearLayers.Where(layer => adapter.FactorsOf(layer) is null).Select(layer => layer.CheckpointPath));
        string? baseFolder = (model as Model)?.CheckpointFolder is { } origin ? AtomicFolder.FullPath(origin) : null;
        new PeftAdapterFile(config with { BaseModel = adapter.BaseModel ?? baseFolder }, saved, modules).Write(folder);
    }

    private static PeftLayer SavedLayer(Linear layer, LowRankFactors factors) =>
        new(layer.CheckpointPath, factors.Rank, layer.InFeatures, layer.OutFeatures, factors.SavedA(), factors.SavedB(), factors.Scaling);

    /// <summary>The last names of the layers' paths where these mean no other layer, otherwise the whole paths.</summary>
    private static IReadOnlyList<string>? TargetsOf(LowRankAdapter adapter, Linear[] layers)
    {
        HashSet<string> names = [.. layers.Select(layer => TensorNames.LastPart(layer.CheckpointPath))];
        bool meanOthers = adapter.Root.LinearLayers.Any(layer =>
            names.Contains(TensorNames.LastPart(layer.CheckpointPath)) && adapter.FactorsOf(layer) is null);
        return meanOthers ? [.. layers.Select(layer => layer.CheckpointPath)] : null;
    }
}
