using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Reads <see cref="PeftAdapterConfig"/>. A setting that changes what the adapter computes, and is not supported, is an error.</summary>
internal static class PeftAdapterConfigReader
{
    /// <summary>What <c>target_modules</c> is where all linear layers but the head have an adapter.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>What <c>task_type</c> is for models that predict the next token.</summary>
    public const string CausalLanguageModel = "CAUSAL_LM";

    /// <summary>A rank above every layer's width, so that a hostile file cannot ask for absurd buffers.</summary>
    private const int LargestRank = 1 << 16;

    /// <summary>Settings that must be missing, null, false or empty.</summary>
    private static readonly string[] s_unsupported =
    [
        "use_dora", "ensure_weight_tying", "use_qalora", "use_bdlora", "lora_bias", "fan_in_fan_out", "layer_replication", "trainable_token_indices",
        "target_parameters",
        "alora_invocation_tokens", "megatron_config", "arrow_config", "kasa_config", "velora_config", "monteclora_config",
    ];

    /// <summary>Initializations after which the base model's weights are not those of its checkpoint.</summary>
    private static readonly string[] s_changesBase = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    public static PeftAdapterConfig Read(JsonObject json)
    {
        string type = json.GetText("peft_type");
        if (type != "LORA")
            throw json.Error("peft_type", $"is '{Excerpt.Of(type)}'; only 'LORA' is supported.");
        if (json.FindText("task_type") is { Length: > 0 } task && task != CausalLanguageModel)
            throw json.Error("task_type", $"is '{Excerpt.Of(task)}'; only '{CausalLanguageModel}' is supported.");
        json.FindBool("inference_mode", false);
        foreach (string key in s_unsupported)
        {
            if (json.FindOn(key) is { } value)
                throw json.Error(key, $"is {Excerpt.Of(value.GetRawText())}, which is not supported here.");
        }

        string bias = IsOff(json, "bias") ? "none" : json.GetText("bias");
        if (bias != "none")
            throw json.Error("bias", $"is '{Excerpt.Of(bias)}'; only 'none' is supported.");
        if (json.Find("init_lora_weights") is { ValueKind: JsonValueKind.String } initialization
            && s_changesBase.Any(name => initialization.GetString()!.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            throw json.Error("init_lora_weights",
                $"is '{Excerpt.Of(initialization.GetString()!)}', which changes the base model's weights; convert the adapter with PEFT's "
                + "'path_initial_model_for_weight_conversion'.");

        (string[] modules, string? expression) = ReadNames(json, "target_modules", json.Get("target_modules"));
        (string[] excluded, string? excludedExpression) = IsOff(json, "exclude_modules")
            ? ([], null)
            : ReadNames(json, "exclude_modules", json.Get("exclude_modules"));
        return new PeftAdapterConfig
        {
            Rank = json.GetInt("r", 1, LargestRank),
            Alpha = json.FindPositive("lora_alpha") ?? throw json.Error("lora_alpha", "is missing."),
            RankStabilized = json.FindBool("use_rslora", false),
            TargetModules = modules,
            TargetExpression = expression,
            RankPattern = ReadPattern(json, "rank_pattern", (pattern, key) => pattern.GetInt(key, 1, LargestRank)),
            AlphaPattern = ReadPattern(json, "alpha_pattern", (pattern, key) => pattern.FindPositive(key) ?? throw pattern.Error(key, "is null.")),
            ModulesToSave = IsOff(json, "modules_to_save") ? [] : json.FindTexts("modules_to_save")!,
            ExcludeModules = excluded,
            ExcludeExpression = excludedExpression,
            LayersToTransform = ReadLayers(json),
            LayersPattern = ReadLayersPattern(json),
            Dropout = ReadDropout(json),
            BaseModel = json.FindText("base_model_name_or_path"),
            Revision = json.FindText("revision"),
            TaskType = json.FindText("task_type"),
        };
    }

    private static bool IsOff(JsonObject json, string key) => json.FindOn(key) is null;

    /// <summary>Names of layers, or one regular expression for their paths.</summary>
    private static (string[] Names, string? Expression) ReadNames(JsonObject json, string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return (json.FindTexts(key)!, null);
        string expression = value.GetString()!;
        if (expression != AllLinear)
            CheckExpression(json, key, expression);
        return ([], expression);
    }

    /// <summary>A number or a list of them; an empty list means all layers, as null does.</summary>
    private static int[]? ReadLayers(JsonObject json)
    {
        const string key = "layers_to_transform";
        if (json.Find(key) is not { } value || (value.ValueKind != JsonValueKind.Number && JsonObject.IsOff(value)))
            return null;
        return value.ValueKind == JsonValueKind.Number ? [json.GetInt(key, 0)] : [.. json.FindArray(key)!.Select(Layer)];

        int Layer(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int layer) && layer >= 0
            ? layer
            : throw json.Error(key, $"has {Excerpt.Of(element.GetRawText())}, which is no number of a layer.");
    }

    private static string[] ReadLayersPattern(JsonObject json)
    {
        const string key = "layers_pattern";
        if (IsOff(json, key))
            return [];
        (string[] names, string? expression) = ReadNames(json, key, json.Get(key));
        foreach (string name in names)
            CheckExpression(json, key, name);
        return expression is null ? names : [expression];
    }

    private static Dictionary<string, T> ReadPattern<T>(JsonObject json, string key, Func<JsonObject, string, T> read)
    {
        var patterns = new Dictionary<string, T>(StringComparer.Ordinal);
        if (IsOff(json, key))
            return patterns;
        JsonObject pattern = json.GetObject(key);
        if (pattern.Element.GetPropertyCount() > PeftTargets.MostPatterns)
            throw json.Error(key, $"has {pattern.Element.GetPropertyCount()} entries; more than {PeftTargets.MostPatterns} are not accepted.");
        foreach ((string expression, _) in pattern.Properties)
        {
            CheckExpression(json, key, expression);
            patterns.Add(expression, read(pattern, expression));
        }

        return patterns;
    }

    private static void CheckExpression(JsonObject json, string key, string expression)
    {
        if (PeftTargets.ProblemOf(expression) is { } problem)
            throw json.Error(key, $"has the regular expression '{Excerpt.Of(expression)}', which is not supported: {problem}");
    }

    private static double ReadDropout(JsonObject json)
    {
        const string key = "lora_dropout";
        if (IsOff(json, key))
            return 0;
        JsonElement value = json.Get(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double dropout) && dropout is >= 0 and < 1
            ? dropout
            : throw json.Error(key, $"is {Excerpt.Of(value.GetRawText())}; a number from 0 to below 1 is needed.");
    }
}
