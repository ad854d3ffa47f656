using AdapterToolkit.Adapters;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;

namespace AdapterToolkit.Loading;

/// <summary>The weights marked <see cref="TrainableAttribute"/> as PEFT's files have them: <c>modules_to_save</c>.</summary>
internal static class TrainedModules
{
    private const string WeightSuffix = ".weight";

    /// <summary>The tensors to save.</summary>
    /// <param name="adapter">The adapter.</param>
    internal static PeftSavedTensor[] Saved(LowRankAdapter adapter) =>
        [.. adapter.Root.TrainableWeights
            .Select(weight => new PeftSavedTensor(weight.Name, [.. WeightNames.LongDimensions(weight.Weight)], Numbers(adapter, weight)))
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];

    /// <summary>
    /// What <c>modules_to_save</c> is to say. PEFT takes each module whose path ends with one of the names, whether a dot stands before it
    /// or not: the last parts of the paths where these mean no other module, otherwise the whole paths.
    /// </summary>
    /// <param name="model">The model.</param>
    internal static string[] Names(Module model)
    {
        HashSet<string> trained = [.. model.TrainableWeights.Select(weight => weight.Module.CheckpointPath)];
        string[] last = [.. trained.Select(TensorNames.LastPart).Distinct().Order(StringComparer.Ordinal)];
        bool meanOthers = model.SelfAndDescendants.Any(module => !trained.Contains(module.CheckpointPath)
            && last.Any(name => PeftTargets.IsEnd(module.CheckpointPath, name)));
        return meanOthers ? [.. trained.Order(StringComparer.Ordinal)] : last;
    }

    /// <summary>Adds the trained weights of a file to an adapter.</summary>
    /// <param name="file">The file's contents.</param>
    /// <param name="path">The file of the tensors.</param>
    /// <param name="model">The model.</param>
    /// <param name="adapter">Receives the weights.</param>
    /// <exception cref="CheckpointException">
    /// A tensor belongs to a module that the model lacks or that does not train, has another shape than its weight, or is missing.
    /// </exception>
    internal static void Add(PeftAdapterFile file, string path, Module model, PreparedAdapter adapter)
    {
        Dictionary<string, TrainableWeight> weights = model.TrainableWeights.ToDictionary(weight => weight.Name);
        foreach (PeftSavedTensor tensor in file.SavedTensors)
        {
            if (!weights.Remove(tensor.Name, out TrainableWeight? weight))
                throw Unfit(tensor, path, model);
            long[] dimensions = WeightNames.LongDimensions(weight.Weight);
            if (!tensor.Shape.AsSpan().SequenceEqual(dimensions))
                throw new CheckpointException(path,
                    $"its shape is {SafetensorsEntry.FormatShape(tensor.Shape.AsSpan())}, "
                        + $"but that of the model's weight is {SafetensorsEntry.FormatShape(dimensions)}.",
                    tensor.Name);
            adapter.Add(weight, tensor.Values.Span);
        }

        if (weights.Values.FirstOrDefault(weight => file.Config.ModulesToSave.Any(name => PeftTargets.IsEnd(weight.Module.CheckpointPath, name)))
            is { } missing)
            throw new CheckpointException(path, $"is missing, though 'modules_to_save' in '{PeftAdapterConfig.FileName}' names its module.", missing.Name);
    }

    private static float[] Numbers(LowRankAdapter adapter, TrainableWeight weight) => adapter.Of(weight).Copy?.Value.ToArray() ?? weight.Weight.ToArray();

    private static CheckpointException Unfit(PeftSavedTensor tensor, string path, Module model)
    {
        string module = tensor.Name.EndsWith(WeightSuffix, StringComparison.Ordinal) ? tensor.Name[..^WeightSuffix.Length] : tensor.Name;
        string problem = model.SelfAndDescendants.FirstOrDefault(candidate => candidate.CheckpointPath == module) switch
        {
            null => "was trained as a whole (modules_to_save), and the model has no such module.",
            { CanTrain: true } => $"was trained as a whole (modules_to_save), but the model's '{module}' does not train. "
                + "Mark the property that holds it [Trainable].",
            Module other => $"is the trained weight of a whole {other.ClassName} (modules_to_save), which the toolkit can't take up: only norms can be "
                + "marked [Trainable]. Merge it into the base with PEFT first.",
        };
        return new CheckpointException(path, problem, tensor.Name);
    }
}
