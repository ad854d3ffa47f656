using AdapterToolkit.Checkpoints;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Training;

/// <summary>
/// The state of a training that goes on later as if it had never stopped: the adapter in PEFT's layout, the optimizer's
/// moments (<c>optimizer.safetensors</c>), what else trains (<c>parameters.safetensors</c>, where there is any), and where it stands in its steps and data (<c>trainer.json</c>).
/// </summary>
public static class TrainingCheckpoint
{
    /// <summary>The name of the file with the optimizer's moments.</summary>
    public const string OptimizerFileName = "optimizer.safetensors";

    /// <summary>The name of the file with the position in steps and data.</summary>
    public const string TrainerFileName = "trainer.json";

    /// <summary>The name of the file with the parameters that are no factors of the adapter: weights marked <see cref="TrainableAttribute"/>.</summary>
    public const string ParametersFileName = "parameters.safetensors";

    /// <summary>What the files of a checkpoint are called as a part of their folder (<see cref="AtomicFolder"/>).</summary>
    public const string Part = "checkpoint";

    /// <summary>Saves the state.</summary>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches that it trains on.</param>
    /// <param name="addFiles">Writes further files of the caller's; it is given the folder to write them to.</param>
    public static void Save(string folder, Trainer trainer, ShuffledBatches batches, Action<string>? addFiles = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        AtomicFolder.Write(folder, temporary =>
        {
            trainer.Model.Adapter.Save(temporary);
            if (OutsideAdapter(trainer.Model) is [_, ..] parameters)
                SafetensorsWriter.Write(Path.Combine(temporary, ParametersFileName), [.. parameters.Select(Saved)]);
            trainer.Optimizer.Save(Path.Combine(temporary, OptimizerFileName), trainer.Model.TrainableParameters);
            JsonFile.Write(Path.Combine(temporary, TrainerFileName), json =>
            {
                json.WriteNumber("steps", trainer.CompletedSteps);
                json.WriteNumber("batches", trainer.ConsumedBatches);
                json.WriteNumber("batchSize", batches.BatchSize);
                json.WriteNumber("seed", batches.Seed);
                json.WriteString("data", batches.Fingerprint());
            });
            addFiles?.Invoke(temporary);
        }, Part);
    }

    /// <summary>Brings a trainer and its model to a saved state.</summary>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <param name="trainer">The trainer, made as the one that was saved.</param>
    /// <param name="batches">The batches, made as those that were saved.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or was not written together with the others (<see cref="FolderManifest"/>), or the batches are others than those that were saved.</exception>
    public static void Restore(string folder, Trainer trainer, ShuffledBatches batches)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        FolderManifest.Verify(folder, Part, TrainerFileName, OptimizerFileName, PeftAdapterConfig.FileName, PeftAdapterFile.TensorsFileName);
        (int steps, int consumed) = JsonFile.Read(Path.Combine(folder, TrainerFileName), json => ReadPosition(json, batches));
        Parameter[] parameters = OutsideAdapter(trainer.Model);
        float[][] values = parameters.Length > 0 ? ReadValues(Path.Combine(folder, ParametersFileName), parameters) : [];
        trainer.Model.Adapter.Load(folder);
        for (int i = 0; i < values.Length; i++)
            parameters[i].Value.CopyFrom(values[i]);
        trainer.Optimizer.Load(Path.Combine(folder, OptimizerFileName), trainer.Model.TrainableParameters);
        trainer.CompletedSteps = steps;
        trainer.ConsumedBatches = consumed;
    }

    private static Parameter[] OutsideAdapter(LanguageModel model) =>
        [.. model.TrainableParameters.Except(model.Adapter.Layers.SelectMany(layer => layer.Parameters))];

    private static SafetensorsTensor Saved(Parameter parameter) =>
        SafetensorsTensor.OfFloats(parameter.Name, [parameter.Value.Rows, parameter.Value.Columns], parameter.Value.CopyTo);

    private static float[][] ReadValues(string path, Parameter[] parameters)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return [.. parameters.Select(parameter => file.GetEntry(parameter.Name).Shape.AsSpan().SequenceEqual([parameter.Value.Rows, parameter.Value.Columns])
            ? file.ReadFloat32(parameter.Name)
            : throw new CheckpointException(path, $"has another shape than the parameter, {parameter.Value.Rows} x {parameter.Value.Columns}.", parameter.Name))];
    }

    private static (int Steps, int Batches) ReadPosition(JsonObject json, ShuffledBatches batches)
    {
        if (json.GetInt("batchSize", 1) is int size && size != batches.BatchSize)
            throw json.Error("batchSize", $"is {size}, but training is to go on with batches of {batches.BatchSize} sequences.");
        if (json.GetInt("seed", int.MinValue) is int seed && seed != batches.Seed)
            throw json.Error("seed", $"is {seed}, but training is to go on with seed {batches.Seed}.");
        if (json.GetText("data") != batches.Fingerprint())
            throw json.Error("data", "is the hash of other training data than training is to go on with: the texts, the tokenizer or the length of the sequences differ.");
        return (json.GetInt("steps", 0), json.GetInt("batches", 0));
    }
}
