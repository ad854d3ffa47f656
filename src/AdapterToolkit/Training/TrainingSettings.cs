using System.Globalization;
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
    /// <summary>The settings of a trainer and its batches.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="batches">The batches.</param>
    internal static List<Setting> Of(Trainer trainer, ShuffledBatches batches)
    {
        AdamW optimizer = trainer.Optimizer;
        return
        [
            Number("batchSize", batches.BatchSize),
            Number("seed", batches.Seed),
            new("data", batches.Fingerprint(), "It is the hash of the training data: the texts, the tokenizer or the length of the sequences differ."),
            new("optimizer", nameof(AdamW)),
            Number("learningRate", optimizer.LearningRate),
            Number("beta1", optimizer.Beta1),
            Number("beta2", optimizer.Beta2),
            Number("epsilon", optimizer.Epsilon),
            Number("weightDecay", optimizer.WeightDecay),
            Number("stateBits", optimizer.StateBits),
            Number("minimumSize", optimizer.MinimumSize),
            new("schedule", trainer.Schedule.ToString()),
            Number("accumulationSteps", trainer.AccumulationSteps),
            float.IsFinite(trainer.MaximumGradientNorm) ? Number("maximumGradientNorm", trainer.MaximumGradientNorm) : new("maximumGradientNorm", "none"),
        ];
    }

    /// <summary>Compares a setting with a saved one.</summary>
    /// <param name="json">The object that has the saved one.</param>
    /// <param name="setting">The setting.</param>
    /// <exception cref="CheckpointException">They differ.</exception>
    internal static void Require(JsonObject json, Setting setting)
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
    internal static void Write(Utf8JsonWriter json, Setting setting)
    {
        json.WritePropertyName(setting.Name);
        if (setting.IsNumber)
            json.WriteRawValue(setting.Value);
        else
            json.WriteStringValue(setting.Value);
    }

    /// <summary>The shortest text that gives the same number again.</summary>
    private static Setting Number(string name, IFormattable value) => new(name, value.ToString(null, CultureInfo.InvariantCulture)) { IsNumber = true };
}
