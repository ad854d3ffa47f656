using System.Globalization;
using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Models.Llama;

/// <summary>Writes <see cref="LlamaConfig"/> with the keys that all versions of Hugging Face's transformers since grouped-query attention read.</summary>
internal static class LlamaConfigWriter
{
    public static void Write(string path, LlamaConfig config) => JsonFile.Write(path, json =>
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue("LlamaForCausalLM");
        json.WriteEndArray();
        json.WriteString("model_type", LlamaConfig.ModelType);
        json.WriteNumber("vocab_size", config.VocabularySize);
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("num_key_value_heads", config.KeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteString("hidden_act", "silu");

        WriteReal(json, "rms_norm_eps", config.RmsNormEps.ToString("R", CultureInfo.InvariantCulture));
        json.WriteNumber("max_position_embeddings", config.MaxPositions);
        WriteRotary(json, config);
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
        WriteId(json, "bos_token_id", config.BeginningOfTextId);
        WriteEndOfTextIds(json, config.EndOfTextIds);
        if (config.Quantization is { } quantization)
        {
            json.WritePropertyName(BitsAndBytesConfig.Key);
            quantization.ToJson().WriteTo(json);
        }

        json.WriteString("torch_dtype", "float32");
        json.WriteBoolean("use_cache", true);
    });

    private static void WriteRotary(Utf8JsonWriter json, LlamaConfig config)
    {
        WriteReal(json, "rope_theta", config.RotaryBase);
        if (config.RotaryScaling is not { } scaling)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        json.WriteString("rope_type", "llama3");
        WriteReal(json, "factor", scaling.Factor);
        WriteReal(json, "low_freq_factor", scaling.LowFrequencyFactor);
        WriteReal(json, "high_freq_factor", scaling.HighFrequencyFactor);
        json.WriteNumber("original_max_position_embeddings", scaling.OriginalMaxPositions);
        json.WriteEndObject();
    }

    private static void WriteReal(Utf8JsonWriter json, string key, double value) => WriteReal(json, key, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>
    /// Writes the shortest decimal that gives the number back, and 10000.0 rather than 10000: transformers ask for a real number where they expect one.
    /// </summary>
    private static void WriteReal(Utf8JsonWriter json, string key, string decimalText)
    {
        json.WritePropertyName(key);
        json.WriteRawValue(decimalText.AsSpan().IndexOfAny(".E") < 0 ? decimalText + ".0" : decimalText);
    }

    private static void WriteEndOfTextIds(Utf8JsonWriter json, IReadOnlyList<int> ids)
    {
        const string key = "eos_token_id";
        if (ids.Count <= 1)
        {
            WriteId(json, key, ids.Count == 1 ? ids[0] : null);
            return;
        }

        json.WriteStartArray(key);
        foreach (int id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    private static void WriteId(Utf8JsonWriter json, string key, int? id)
    {
        if (id is { } value)
            json.WriteNumber(key, value);
        else
            json.WriteNull(key);
    }
}
