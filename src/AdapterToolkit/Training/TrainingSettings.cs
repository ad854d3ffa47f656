using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;

namespace AdapterToolkit.Training;

/// <summary>
/// All settings of a training that its numbers depend on, by name, as <c>trainer.json</c> has them. A checkpoint goes on with
/// the same ones only.
/// </summary>
internal static class TrainingSettings
{
    /// <summary>The key of the optimizer's name.</summary>
    internal const string OptimizerKey = "optimizer";

    /// <summary>The settings of a trainer and its batches.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches.</param>
    /// <exception cref="InvalidOperationException">Two settings have one name.</exception>
    internal static List<TrainingSetting> Of<TBatch>(Trainer<TBatch> trainer, ITrainingBatches<TBatch> batches)
    {
        List<TrainingSetting> settings =
        [
            .. batches.Settings,
            new(OptimizerKey, trainer.Optimizer.Name),
            .. trainer.Optimizer.Settings,
            new("schedule", trainer.Schedule.ToString()),
            new("accumulationSteps", trainer.AccumulationSteps),
            float.IsFinite(trainer.MaximumGradientNorm)
                ? new("maximumGradientNorm", trainer.MaximumGradientNorm)
                : new TrainingSetting("maximumGradientNorm", "none"),
        ];
        if (settings.GroupBy(setting => setting.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidOperationException(
                $"Two settings of the training are called '{twice.Key}'. Give that of the optimizer or the batches another name.");
        return settings;
    }

    /// <summary>Compares a setting with a saved one.</summary>
    /// <param name="json">The object that has the saved one.</param>
    /// <param name="setting">The setting.</param>
    /// <exception cref="CheckpointException">They differ.</exception>
    internal static void Require(JsonObject json, TrainingSetting setting)
    {
        JsonElement saved = json.Get(setting.Name);
        JsonValueKind kind = setting.IsNumber ? JsonValueKind.Number : JsonValueKind.String;
        if (saved.ValueKind != kind || saved.ToString() != setting.Value)
            throw json.Error(
                setting.Name, $"is {Excerpt.Of(saved.GetRawText())} in the checkpoint, but training is to go on with {setting.Value}. {setting.Remedy}");
    }

    /// <summary>Writes a setting.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="setting">The setting.</param>
    internal static void Write(Utf8JsonWriter json, TrainingSetting setting)
    {
        json.WritePropertyName(setting.Name);
        if (setting.IsNumber)
            json.WriteRawValue(setting.Value);
        else
            json.WriteStringValue(setting.Value);
    }
}
