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
        Model model = adapter.Model;
        using ExclusiveUse.Hold use = model.Enter();
        Linear[] layers = [.. adapter.Layers.Distinct()];
        PeftSavedTensor[] modules = TrainedModules.Saved(model);
        if (layers.Length == 0 && modules.Length == 0)
            throw new InvalidOperationException("There is no adapter to save: no layer of the model has factors, and no weight is marked [Trainable].");
        PeftLayer[] saved = [.. layers.Select(SavedLayer).OrderBy(layer => layer.Path, StringComparer.Ordinal)];
        PeftAdapterConfig config = saved.Length > 0
            ? PeftAdapterConfig.FromLayers(saved, layers[0].Factors!.RankStabilized, TargetsOf(model, layers))
            : PeftAdapterConfig.WithoutLayers;
        config = config with { ModulesToSave = TrainedModules.Names(model) };
        if (adapter.Settings is { } loaded)
            config = config.After(loaded, saved, model.LinearLayers.Where(layer => layer.Factors is null).Select(layer => layer.CheckpointPath));
        string? baseFolder = model.CheckpointFolder is { } origin ? AtomicFolder.FullPath(origin) : null;
        new PeftAdapterFile(config with { BaseModel = adapter.BaseModel ?? baseFolder }, saved, modules).Write(folder);
    }

    private static PeftLayer SavedLayer(Linear layer)
    {
        LowRankFactors factors = layer.Factors!;
        return new PeftLayer(layer.CheckpointPath, factors.Rank, layer.InFeatures, layer.OutFeatures, factors.SavedA(), factors.SavedB(), factors.Scaling);
    }

    /// <summary>The last names of the layers' paths where these mean no other layer, otherwise the whole paths.</summary>
    private static IReadOnlyList<string>? TargetsOf(Model model, Linear[] layers)
    {
        HashSet<string> names = [.. layers.Select(layer => TensorNames.LastPart(layer.CheckpointPath))];
        bool meanOthers = model.LinearLayers.Any(layer => names.Contains(TensorNames.LastPart(layer.CheckpointPath)) && layer.Factors is null);
        return meanOthers ? [.. layers.Select(layer => layer.CheckpointPath)] : null;
    }
}
