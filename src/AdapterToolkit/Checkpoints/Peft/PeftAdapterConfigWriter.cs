using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

/// <summary>Writes <see cref="PeftAdapterConfig"/> with the keys that PEFT has known since LoRA's patterns; it fills in what is missing.</summary>
internal static class PeftAdapterConfigWriter
{
    public static void Write(string path, PeftAdapterConfig config) => JsonFile.Write(path, json =>
    {
        json.WriteString("peft_type", "LORA");
        json.WriteString("task_type", "CAUSAL_LM");
        json.WriteString("base_model_name_or_path", config.BaseModel);
        json.WriteNumber("r", config.Rank);
        json.WriteNumber("lora_alpha", config.Alpha);
        json.WriteBoolean("use_rslora", config.RankStabilized);
        json.WriteNumber("lora_dropout", config.Dropout);
        if (config.TargetExpression is { } expression)
            json.WriteString("target_modules", expression);
        else
            WriteTexts(json, "target_modules", config.TargetModules);
        WritePattern(json, "rank_pattern", config.RankPattern, (key, rank) => json.WriteNumber(key, rank));
        WritePattern(json, "alpha_pattern", config.AlphaPattern, (key, alpha) => json.WriteNumber(key, alpha));
        if (config.ModulesToSave.Count > 0)
            WriteTexts(json, "modules_to_save", config.ModulesToSave);
        else
            json.WriteNull("modules_to_save");
        json.WriteString("bias", "none");
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteString("init_lora_weights", "gaussian");
        json.WriteBoolean("use_dora", false);
        json.WriteBoolean("inference_mode", true);
    });

    private static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(key);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WritePattern<T>(Utf8JsonWriter json, string key, IReadOnlyDictionary<string, T> pattern, Action<string, T> write)
    {
        json.WriteStartObject(key);
        foreach ((string expression, T value) in pattern)
            write(expression, value);
        json.WriteEndObject();
    }
}
