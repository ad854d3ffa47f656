using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Models.Llama;

/// <summary>Reads <see cref="LlamaConfig"/> from the JSON that Hugging Face's transformers write, old and new spellings.</summary>
internal static class LlamaConfigReader
{
    /// <summary>Bounds far above every model that exists, so that a hostile file cannot ask for absurd buffers.</summary>
    private const int MostTokens = 1 << 24, WidestLayer = 1 << 20, MostLayers = 1 << 12, MostHeads = 1 << 12, WidestHead = 1 << 14;

    public static LlamaConfig Read(JsonObject json)
    {
        string modelType = json.GetText("model_type");
        if (modelType != LlamaConfig.ModelType)
            throw json.Error("model_type", $"is '{Excerpt.Of(modelType)}'; only '{LlamaConfig.ModelType}' is supported.");
        LlamaUnsupportedSettings.Check(json);
        LlamaContradictions.Check(json);
        int hidden = json.GetInt("hidden_size", 1, WidestLayer);
        int heads = json.GetInt("num_attention_heads", 1, MostHeads);
        int keyValueHeads = json.FindInt("num_key_value_heads", 1, heads) ?? heads;
        if (heads % keyValueHeads != 0)
            throw json.Error("num_attention_heads", $"({heads}) is not divisible by 'num_key_value_heads' ({keyValueHeads}).");
        int headDim = ReadHeadDim(json, hidden, heads);
        LlamaUnsupportedSettings.CheckAttentionScale(json, headDim);
        int positions = json.FindInt("max_position_embeddings", 1) ?? 2048;
        (double rotaryBase, RotaryScaling? scaling) = LlamaRotaryReader.Read(json, positions);
        LlamaUnsupportedSettings.CheckWindow(json, positions);
        var config = new LlamaConfig
        {
            VocabularySize = json.GetInt("vocab_size", 1, MostTokens),
            HiddenSize = hidden,
            IntermediateSize = json.GetInt("intermediate_size", 1, WidestLayer),
            Layers = json.GetInt("num_hidden_layers", 1, MostLayers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = headDim,
            RmsNormEps = ReadNormEps(json),
            MaxPositions = positions,
            RotaryBase = rotaryBase,
            RotaryScaling = scaling,
            AttentionBias = json.FindBool("attention_bias", false),
            MlpBias = json.FindBool("mlp_bias", false),
            TieWordEmbeddings = json.FindBool("tie_word_embeddings", false),
            BeginningOfTextId = IsId(json, "bos_token_id") ? json.FindInt("bos_token_id", 0) : null,
            EndOfTextIds = EndTokens.Read(json),
            Quantization = BitsAndBytesConfig.Find(json),
        };
        CheckMatrices(json, config);
        return config;
    }

    /// <summary>Each number alone is within its bounds; a matrix of two of them must have no more numbers than can be counted.</summary>
    private static void CheckMatrices(JsonObject json, LlamaConfig config)
    {
        foreach ((string key, long rows) in (ReadOnlySpan<(string, long)>)
            [("vocab_size", config.VocabularySize), ("intermediate_size", config.IntermediateSize), ("head_dim", (long)config.Heads * config.HeadDim)])
        {
            if (rows * config.HiddenSize > Array.MaxLength)
                throw json.Error(key, $"asks for matrices of {rows} x {config.HiddenSize} numbers; more than {Array.MaxLength} are not supported.");
        }
    }

    /// <summary>What is switched off is no id; zero is one.</summary>
    private static bool IsId(JsonObject json, string key) => json.Find(key) is { ValueKind: JsonValueKind.Number } || json.FindOn(key) is not null;

    private static int ReadHeadDim(JsonObject json, int hidden, int heads)
    {
        int? stated = json.FindInt("head_dim", 1, WidestHead);
        if (stated is null && hidden % heads != 0)
            throw json.Error("hidden_size", $"({hidden}) is not divisible by 'num_attention_heads' ({heads}), and 'head_dim' is missing.");
        int headDim = stated ?? hidden / heads;
        if (headDim % 2 != 0)
            throw json.Error("head_dim", $"is {headDim}; the rotary embedding needs an even number.");
        return headDim;
    }

    private static float ReadNormEps(JsonObject json)
    {
        if (json.FindPositive("rms_norm_eps") is not { } value)
            return 1e-6f;
        float eps = (float)value;
        return eps is > 0 and < 1 ? eps : throw json.Error("rms_norm_eps", $"is {value:R}; a number between 0 and 1 is needed.");
    }
}
