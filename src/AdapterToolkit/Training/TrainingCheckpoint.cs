using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>
/// The state of a training that goes on later as if it had never stopped: all that trains, as an adapter in PEFT's layout, the
/// optimizer's moments (<c>optimizer.safetensors</c>), and where it stands and what it belongs to (<c>trainer.json</c>): the base's weights,
/// the data, and all settings that its numbers depend on.
/// </summary>
public static class TrainingCheckpoint
{
    /// <summary>The name of the file with the optimizer's moments.</summary>
    public const string OptimizerFileName = "optimizer.safetensors";

    /// <summary>The name of the file with the position in steps and data, and what the checkpoint belongs to.</summary>
    public const string TrainerFileName = "trainer.json";

    /// <summary>What the files of a checkpoint are called as a part of their folder (<see cref="AtomicFolder"/>).</summary>
    public const string Part = "checkpoint";

    /// <summary>Saves the state.</summary>
    /// <typeparam name="TBatch">What the model sees at once.</typeparam>
    /// <param name="folder">The folder. It is written beside and then put in place, so that a failure leaves no half of it.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches that it trains on.</param>
    /// <param name="addFiles">Writes further files of the caller's; it is given the folder to write them to.</param>
    /// <exception cref="InvalidOperationException">
    /// Nothing trains, a number is infinite or not a number, the base's weights are no longer those of its checkpoint, since an adapter was merged into them,
    /// or <see cref="Trainer{TBatch}.Step"/> was given more batches than <see cref="Trainer{TBatch}.AccumulationSteps"/>.
    /// </exception>
    public static void Save<TBatch>(string folder, Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches, Action<string>? addFiles = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        using ExclusiveUse.Hold use = trainer.Model.Enter();
        RequireLoadedWeights(trainer.Model);
        RequireAccumulation(trainer);
        AtomicFolder.Write(folder, temporary =>
        {
            LowRankAdapter.Of(trainer.Model).Save(temporary);
            trainer.Optimizer.Save(Path.Combine(temporary, OptimizerFileName), trainer.Model.TrainableParameters);
            TrainerFile.Write(Path.Combine(temporary, TrainerFileName), trainer, batches);
            addFiles?.Invoke(temporary);
        }, Part);
    }

    /// <summary>
    /// Brings a trainer and its model to a saved state. All files are read and checked first; where one is refused, model, optimizer and
    /// trainer stay bit for bit as they are.
    /// </summary>
    /// <typeparam name="TBatch">What the model sees at once.</typeparam>
    /// <param name="folder">The folder that <see cref="Save"/> wrote.</param>
    /// <param name="trainer">The trainer, made as the one that was saved.</param>
    /// <param name="batches">The batches, made as those that were saved.</param>
    /// <returns>
    /// What differs from when the state was saved and may change the last bits of the next steps: the device, the threads of the CPU device, the width of the
    /// processor's vectors. Where nothing does, the training goes on with the very bits of one that had not stopped. The trainer's logger gets it too.
    /// </returns>
    /// <exception cref="CheckpointException">
    /// A file is missing, malformed, was not written together with the others (<see cref="FolderManifest"/>), or has numbers that it can't have, or the
    /// checkpoint belongs to another base, other data or another setting; the message names what, both values, and what to do.
    /// </exception>
    /// <exception cref="InvalidOperationException">An adapter is merged into the model's weights.</exception>
    public static IReadOnlyList<string> Restore<TBatch>(string folder, Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(batches);
        AtomicFolder.Recover(folder);
        string path = Path.Combine(folder, TrainerFileName);
        if (!File.Exists(path))
            throw new CheckpointException(folder, $"there is no checkpoint of a training here: no file '{TrainerFileName}'.");
        VerifyFiles(folder);
        using ExclusiveUse.Hold use = trainer.Model.Enter();
        RequireLoadedWeights(trainer.Model);
        TrainerFile saved = TrainerFile.Read(path, trainer, batches);
        using PreparedAdapter adapter = LowRankAdapter.Of(trainer.Model).Prepare(folder);
        saved.RequireAdapter(path, TrainedModel.Adapter(trainer.Model, adapter.FactorsOf));
        using IOptimizerState state = trainer.Optimizer.Read(Path.Combine(folder, OptimizerFileName), adapter.Parameters);

        // Had another process exchanged the files meanwhile, those that were read might not belong together.
        VerifyFiles(folder);

        // All is there and checked; nothing fails from here on.
        adapter.Apply();
        state.Use();
        trainer.GoOnAfter(saved.Steps, saved.Batches, folder);
        string[] differences =
        [
            .. TrainedModel.Environment(trainer.Model.Device)
                .Where(now => saved.Environment[now.Key] != now.Value)
                .Select(now => $"{now.Key} was '{Excerpt.Of(saved.Environment[now.Key])}' and is '{now.Value}'")
        ];
        foreach (string difference in differences)
            TrainerLog.Difference(trainer.Logger, difference);
        return differences;
    }

    private static void VerifyFiles(string folder) =>
        FolderManifest.Verify(folder, Part, TrainerFileName, OptimizerFileName, PeftAdapterConfig.FileName, PeftAdapterFile.TensorsFileName);

    /// <summary>What is saved is checked when it is read, by what a step of the trainer can take.</summary>
    private static void RequireAccumulation<TBatch>(Trainer<TBatch> trainer)
    {
        if (trainer.ConsumedBatches > trainer.MostBatchesOf(trainer.CompletedSteps))
            throw new InvalidOperationException($"The trainer has used {trainer.ConsumedBatches} batches in {trainer.CompletedSteps} steps, "
                + $"but its AccumulationSteps is {trainer.AccumulationSteps}. Set that to the most batches that Step is given.");
    }

    private static void RequireLoadedWeights(Model model)
    {
        if (model.SelfAndDescendants.FirstOrDefault(module => module.HasMergedWeight) is { } merged)
            throw new InvalidOperationException($"An adapter was merged into the weight of '{merged.CheckpointPath}', "
                + "so that the base is not that of its checkpoint any more. Save the model, load it, and train that one.");
    }
}
