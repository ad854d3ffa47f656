namespace AdapterToolkit.Checkpoints;

/// <summary>Reads <see cref="LlamaConfig"/> from the JSON that Hugging Face's transformers write, old and new spellings.</summary>
internal static class LlamaConfigReader
{
    private const string SupportedType = "llama";

    /// <summary>Bounds far above every model that exists, so that a hostile file cannot ask for absurd buffers.</summary>
    private const int MostTokens = 1 << 24, WidestLayer = 1 << 20, MostLayers = 1 << 12, MostHeads = 1 << 12, WidestHead = 1 << 14;

    public static LlamaConfig Read(JsonObject json)
    {
        string modelType = json.GetText("model_type");
        if (modelType != SupportedType)
            throw json.Error("model_type", $"is '{Excerpt.Of(modelType)}'; only '{SupportedType}' is supported.");
        string activation = json.FindText("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
            throw json.Error("hidden_act", $"is '{Excerpt.Of(activation)}'; only 'silu' is supported.");

        int hidden = json.GetInt("hidden_size", 1, WidestLayer);
        int heads = json.GetInt("num_attention_heads", 1, MostHeads);
        int keyValueHeads = json.FindInt("num_key_value_heads", 1, heads) ?? heads;
        if (heads % keyValueHeads != 0)
            throw json.Error("num_attention_heads", $"({heads}) is not divisible by 'num_key_value_heads' ({keyValueHeads}).");
        int positions = json.FindInt("max_position_embeddings", 1) ?? 2048;
        (double rotaryBase, RotaryScaling? scaling) = ReadRotary(json, positions);
        var config = new LlamaConfig
        {
            VocabularySize = json.GetInt("vocab_size", 1, MostTokens),
            HiddenSize = hidden,
            IntermediateSize = json.GetInt("intermediate_size", 1, WidestLayer),
            Layers = json.GetInt("num_hidden_layers", 1, MostLayers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = ReadHeadDim(json, hidden, heads),
            RmsNormEps = ReadNormEps(json),
            MaxPositions = positions,
            RotaryBase = rotaryBase,
            RotaryScaling = scaling,
            AttentionBias = json.FindBool("attention_bias", false),
            MlpBias = json.FindBool("mlp_bias", false),
            TieWordEmbeddings = json.FindBool("tie_word_embeddings", false),
            BeginningOfTextId = json.FindInt("bos_token_id", 0),
            EndOfTextIds = EndTokens.Read(json),
            Quantization = json.FindObject(BitsAndBytesConfig.Key) is { } quantization ? BitsAndBytesConfig.Read(quantization) : null,
        };
        CheckMatrices(json, config);
        return config;
    }

    /// <summary>Each number alone is within its bounds; a matrix of two of them must have no more numbers than can be counted.</summary>
    private static void CheckMatrices(JsonObject json, LlamaConfig config)
    {
        foreach ((string key, long rows) in (ReadOnlySpan<(string, long)>)[("vocab_size", config.VocabularySize), ("intermediate_size", config.IntermediateSize), ("head_dim", (long)config.Heads * config.HeadDim)])
        {
            if (rows * config.HiddenSize > Array.MaxLength)
                throw json.Error(key, $"asks for matrices of {rows} x {config.HiddenSize} numbers; more than {Array.MaxLength} are not supported.");
        }
    }

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

    /// <summary>Newer files hold all of the rotary embedding's settings in <c>rope_parameters</c>; older ones have <c>rope_theta</c> and <c>rope_scaling</c> at the top.</summary>
    private static (double Base, RotaryScaling? Scaling) ReadRotary(JsonObject json, int positions)
    {
        JsonObject? parameters = json.FindObject("rope_parameters") ?? json.FindObject("rope_scaling");
        double rotaryBase = parameters?.FindPositive("rope_theta") ?? json.FindPositive("rope_theta") ?? 10000;
        if (parameters is not { } rotary)
            return (rotaryBase, null);
        if (rotary.FindPositive("partial_rotary_factor") is { } part && part != 1)
            throw rotary.Error("partial_rotary_factor", $"is {part:R}; only whole heads (1) can be rotated.");

        // The key was 'type' in the oldest files.
        string key = rotary.Find("rope_type") is null ? "type" : "rope_type";
        return (rotary.FindText(key) ?? "default") switch
        {
            "default" => (rotaryBase, null),
            "llama3" => (rotaryBase, ReadLlama3Scaling(rotary, positions)),
            string other => throw rotary.Error(key, $"is '{Excerpt.Of(other)}'; this scaling of the rotary embedding is not supported, only 'default' and 'llama3' are."),
        };
    }

    private static RotaryScaling ReadLlama3Scaling(JsonObject rotary, int positions)
    {
        double factor = Required(rotary, "factor");
        if (factor < 1)
            throw rotary.Error("factor", $"is {factor:R}; a number of at least 1 is needed.");
        double low = Required(rotary, "low_freq_factor"), high = Required(rotary, "high_freq_factor");
        if (high <= low)
            throw rotary.Error("high_freq_factor", $"({high:R}) must be greater than 'low_freq_factor' ({low:R}).");
        return new RotaryScaling(factor, low, high, rotary.FindInt("original_max_position_embeddings", 1) ?? positions);
    }

    private static double Required(JsonObject json, string key) => json.FindPositive(key) ?? throw json.Error(key, "is missing.");
}
