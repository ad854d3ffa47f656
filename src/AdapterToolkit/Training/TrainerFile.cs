using System.Text.Json;
using AdapterToolkit.Adapters;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;

namespace AdapterToolkit.Training;

/// <summary>
/// The file <c>trainer.json</c> of a checkpoint: where the training stands, and what it belongs to. Every key must be there once,
/// and no other.
/// </summary>
/// <param name="Steps">How many steps were made.</param>
/// <param name="Batches">How many batches were used.</param>
/// <param name="Adapter">All that trains; see <see cref="TrainedModel.Adapter"/>.</param>
/// <param name="Environment">What the last bits depend on; see <see cref="TrainedModel.Environment"/>.</param>
internal sealed record TrainerFile(int Steps, long Batches, Dictionary<string, string> Adapter, Dictionary<string, string> Environment)
{
    private const string FormatKey = "format", StepsKey = "steps", BatchesKey = "batches", WeightsKey = "weights", AdapterKey = "adapter",
        EnvironmentKey = "environment";

    /// <summary>The version of a checkpoint's files.</summary>
    private const int Format = 2;

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches.</param>
    internal static void Write<TBatch>(string path, Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches) => JsonFile.Write(path, json =>
    {
        json.WriteNumber(FormatKey, Format);
        json.WriteNumber(StepsKey, trainer.CompletedSteps);
        json.WriteNumber(BatchesKey, trainer.ConsumedBatches);
        foreach (TrainingSetting setting in SettingsOf(trainer, batches))
            TrainingSettings.Write(json, setting);
        WriteTexts(json, AdapterKey, TrainedModel.Adapter(trainer.Model, layer => layer.Factors));
        WriteTexts(json, WeightsKey, TrainedModel.Weights(trainer.Model));
        WriteTexts(json, EnvironmentKey, TrainedModel.Environment(trainer.Model.Device));
    });

    /// <summary>Reads the file, and checks that it belongs to a training.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches.</param>
    /// <exception cref="CheckpointException">The file is malformed, or belongs to another training; the message names what differs.</exception>
    internal static TrainerFile Read<TBatch>(string path, Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches) => JsonFile.Read(path, json =>
    {
        if (json.FindInt(FormatKey, 1) is not Format)
            throw json.Error(
                FormatKey,
                $"is {json.Find(FormatKey)?.GetRawText() ?? "missing"}; this version of the library reads {Format}. "
                    + "Start the training anew, or go on with the version that saved it.");
        List<TrainingSetting> settings = SettingsOf(trainer, batches);

        // Another optimizer has other settings, so that it is looked at before these.
        if (json.Find(TrainingSettings.OptimizerKey) is not null)
            TrainingSettings.Require(json, settings.First(setting => setting.Name == TrainingSettings.OptimizerKey));
        RequireKeys(json, [FormatKey, StepsKey, BatchesKey, AdapterKey, WeightsKey, EnvironmentKey, .. settings.Select(setting => setting.Name)]);
        RequireSame(
            json.GetObject(WeightsKey),
            TrainedModel.Weights(trainer.Model),
            "Load the model as it was loaded when the checkpoint was saved, or start the training anew.");
        foreach (TrainingSetting setting in settings)
            TrainingSettings.Require(json, setting);
        int steps = json.GetInt(StepsKey, 0);
        long number = ReadBatches(json, steps, trainer, batches);
        Dictionary<string, string> environment = Texts(json.GetObject(EnvironmentKey));
        RequireKeys(json.GetObject(EnvironmentKey), [.. TrainedModel.Environment(trainer.Model.Device).Keys]);
        return new TrainerFile(steps, number, Texts(json.GetObject(AdapterKey)), environment);
    });

    /// <summary>Checks that an adapter is the one that the file describes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="adapter">The adapter; see <see cref="TrainedModel.Adapter"/>.</param>
    /// <exception cref="CheckpointException">It is another one.</exception>
    internal void RequireAdapter(string path, Dictionary<string, string> adapter) =>
        RequireSame(
            path, AdapterKey, Adapter, adapter,
            "Is the model's class marked with the ranks that it had when the checkpoint was saved, and are the adapter's files the checkpoint's own?");

    /// <summary>A step takes one batch at least, and as many as it accumulates at most.</summary>
    private static long ReadBatches<TBatch>(JsonObject json, int steps, Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches)
    {
        JsonElement consumed = json.Get(BatchesKey);
        if (consumed.ValueKind == JsonValueKind.Number && consumed.TryGetInt64(out long number)
            && number >= steps && number <= trainer.MostBatchesOf(steps) && number <= batches.LastNumber)
            return number;
        string each = trainer.AccumulationSteps == 1 ? "one batch" : $"1 to {trainer.AccumulationSteps} batches";
        throw json.Error(
            BatchesKey,
            $"is {Excerpt.Of(consumed.GetRawText())}, which can't be the number of batches of {steps} steps ('{StepsKey}') of {each} each. "
                + "Use another checkpoint, or start the training anew.");
    }

    private static List<TrainingSetting> SettingsOf<TBatch>(Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches) =>
    [
        new(
            "base",
            trainer.Model.BaseIdentity,
            "It is the hash of the base model's weights and settings: load the checkpoint that the training was started with, or start the training anew."),
        .. TrainingSettings.Of(trainer, batches),
    ];

    private static void RequireSame(JsonObject json, Dictionary<string, string> now, string remedy) =>
        RequireSame(json.FilePath, json.Prefix.TrimEnd('.'), Texts(json), now, remedy);

    private static void RequireSame(string path, string key, Dictionary<string, string> saved, Dictionary<string, string> now, string remedy)
    {
        if (saved.Keys.FirstOrDefault(name => !now.ContainsKey(name)) is { } unknown)
            throw new CheckpointException(
                path, $"'{key}' has '{Excerpt.Of(unknown)}', which the model lacks: the checkpoint is that of another model. {remedy}");
        foreach ((string name, string value) in now)
        {
            if (!saved.TryGetValue(name, out string? before))
                throw new CheckpointException(path, $"'{key}' lacks '{name}' of the model: the checkpoint is that of another model. {remedy}");
            if (before != value)
                throw new CheckpointException(
                    path, $"'{key}.{name}' is '{Excerpt.Of(before)}' in the checkpoint, but training is to go on with '{value}'. {remedy}");
        }
    }

    private static void RequireKeys(JsonObject json, HashSet<string> expected)
    {
        HashSet<string> seen = [];
        foreach ((string key, _) in json.Properties)
        {
            if (!expected.Contains(key))
                throw json.Error(key, "is unknown.");
            if (!seen.Add(key))
                throw json.Error(key, "occurs twice.");
        }

        if (expected.FirstOrDefault(key => !seen.Contains(key)) is { } missing)
            throw json.Error(missing, "is missing.");
    }

    private static Dictionary<string, string> Texts(JsonObject json)
    {
        Dictionary<string, string> texts = [];
        foreach ((string key, JsonElement value) in json.Properties)
        {
            if (!texts.TryAdd(key, json.AsText(key, value)))
                throw json.Error(key, "occurs twice.");
        }

        return texts;
    }

    private static void WriteTexts(Utf8JsonWriter json, string key, Dictionary<string, string> texts)
    {
        json.WriteStartObject(key);
        foreach ((string name, string text) in texts)
            json.WriteString(name, text);
        json.WriteEndObject();
    }
}
