using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// Writes <see cref="PeftAdapterConfig"/> with the keys that PEFT has known since LoRA's patterns; it fills in what is missing. Settings that
/// were read from a file keep its text, all keys that nobody here knows included, but for values that have changed.
/// </summary>
internal static class PeftAdapterConfigWriter
{
    /// <summary>What <see cref="PeftAdapterConfig"/> knows, by its key.</summary>
    private static readonly Entry[] s_known =
    [
        new("task_type", (json, config) => json.WriteStringValue(config.TaskType)),
        new("base_model_name_or_path", (json, config) => json.WriteStringValue(config.BaseModel)),
        new("revision", (json, config) => json.WriteStringValue(config.Revision)),
        new("r", (json, config) => json.WriteNumberValue(config.Rank)),
        new("lora_alpha", (json, config) => json.WriteNumberValue(config.Alpha)),
        new("use_rslora", (json, config) => json.WriteBooleanValue(config.RankStabilized)),
        new("lora_dropout", (json, config) => json.WriteNumberValue(config.Dropout)),
        new("target_modules", (json, config) => WriteTexts(json, config.TargetModules, config.TargetExpression)),
        new("exclude_modules", (json, config) => WriteTextsOrNull(json, config.ExcludeModules, config.ExcludeExpression)),
        new("layers_to_transform", (json, config) => WriteNumbersOrNull(json, config.LayersToTransform)),
        new("layers_pattern", (json, config) => WriteTextsOrNull(json, config.LayersPattern, null)),
        new("rank_pattern", (json, config) => WritePattern(json, config.RankPattern, json.WriteNumberValue)),
        new("alpha_pattern", (json, config) => WritePattern(json, config.AlphaPattern, json.WriteNumberValue)),
        new("modules_to_save", (json, config) => WriteTextsOrNull(json, config.ModulesToSave, null)),
    ];

    public static void Write(string path, PeftAdapterConfig config)
    {
        if (config.Text is { } text)
            Rewrite(path, config, text);
        else
            WriteAll(path, config);
    }

    private static void WriteAll(string path, PeftAdapterConfig config) => JsonFile.Write(path, json =>
    {
        json.WriteString("peft_type", "LORA");
        foreach (Entry entry in s_known)
        {
            json.WritePropertyName(entry.Key);
            entry.Write(json, config);
        }

        json.WriteString("bias", "none");
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteString("init_lora_weights", "gaussian");
        json.WriteBoolean("use_dora", false);
        json.WriteBoolean("inference_mode", true);
    });

    private static void Rewrite(string path, PeftAdapterConfig config, byte[] text)
    {
        PeftAdapterConfig before = JsonFile.Parse(path, text, PeftAdapterConfigReader.Read);
        Dictionary<string, string?> changes = [];
        foreach (Entry entry in s_known)
        {
            string value = Text(entry, config);
            if (value != Text(entry, before))
                changes.Add(entry.Key, value);
        }

        byte[] changed = JsonText.With(text, changes);
        AtomicFile.Write(path, stream => stream.Write(changed));
    }

    private static string Text(Entry entry, PeftAdapterConfig config)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, JsonFile.WriterOptions))
            entry.Write(json, config);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteTexts(Utf8JsonWriter json, IReadOnlyList<string> texts, string? expression)
    {
        if (expression is not null)
        {
            json.WriteStringValue(expression);
            return;
        }

        json.WriteStartArray();
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteTextsOrNull(Utf8JsonWriter json, IReadOnlyList<string> texts, string? expression)
    {
        if (texts.Count == 0 && expression is null)
            json.WriteNullValue();
        else
            WriteTexts(json, texts, expression);
    }

    private static void WriteNumbersOrNull(Utf8JsonWriter json, IReadOnlyList<int>? numbers)
    {
        if (numbers is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (int number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WritePattern<T>(Utf8JsonWriter json, IReadOnlyDictionary<string, T> pattern, Action<T> write)
    {
        json.WriteStartObject();
        foreach ((string expression, T value) in pattern)
        {
            json.WritePropertyName(expression);
            write(value);
        }

        json.WriteEndObject();
    }

    /// <summary>A key and how its value is written.</summary>
    private sealed record Entry(string Key, Action<Utf8JsonWriter, PeftAdapterConfig> Write);
}
