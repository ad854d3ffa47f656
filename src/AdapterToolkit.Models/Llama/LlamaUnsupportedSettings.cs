using System.Text.Json;
using AdapterToolkit.Formats;

namespace AdapterToolkit.Models.Llama;

/// <summary>
/// Refuses settings that change what a model of the Llama family computes, or how it trains, and that are not supported: those that transformers' own
/// classes know, and those of models that were derived from Llama under its name.
/// </summary>
internal static class LlamaUnsupportedSettings
{
    /// <summary>Settings that must be missing or off.</summary>
    private static readonly string[] s_off =
    [
        "attn_logit_softcapping", "final_logit_softcapping", "logits_soft_cap", "clip_qkv", "use_qk_norm", "qk_norm", "qk_layernorm", "use_parallel_residual",
        "parallel_attn", "num_experts", "num_local_experts", "n_routed_experts", "is_encoder_decoder", "add_cross_attention", "cross_attention_layers",
        "pruned_heads", "alibi", "use_bidirectional_attention", "no_rope_layer_interval", "attention_chunk_size",
    ];

    /// <summary>Settings of training that must be missing or off: the toolkit drops nothing of the base model.</summary>
    private static readonly string[] s_dropouts =
        ["attention_dropout", "hidden_dropout", "hidden_dropout_prob", "resid_dropout", "resid_pdrop", "embd_dropout", "embd_pdrop", "attn_pdrop"];

    /// <summary>Factors that must be missing or one.</summary>
    private static readonly string[] s_one =
        ["logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier", "embedding_scale", "scale_emb", "lm_head_multiplier"];

    /// <summary>Among how many processors the products were divided in pretraining.</summary>
    private const string PretrainingRanks = "pretraining_tp";

    public static void Check(JsonObject json)
    {
        foreach (string key in s_off)
        {
            if (json.FindOn(key) is { } value)
                throw json.Error(key, $"is {Excerpt.Of(value.GetRawText())}, which is not supported: the model would compute something else without it.");
        }

        foreach (string key in s_dropouts)
        {
            if (json.FindOn(key) is { } value)
                throw json.Error(
                    key, $"is {Excerpt.Of(value.GetRawText())}, but the base model is trained without dropout here. Set it to 0 to load the model so.");
        }

        foreach (string key in s_one)
        {
            if (json.Find(key) is { } value && !IsNumber(value, 1, 0))
                throw json.Error(key, $"is {Excerpt.Of(value.GetRawText())}, which is not supported: only 1 is, as in Llama.");
        }

        if (json.FindOn(PretrainingRanks) is { } ranks && !IsNumber(ranks, 1, 0))
            throw json.Error(
                PretrainingRanks,
                $"is {Excerpt.Of(ranks.GetRawText())}: old releases of transformers add up the products in as many parts, "
                    + "which rounds otherwise, and today's leave it unread, as here. Set it to 1 to load the model so.");
        if (json.Find("is_causal") is { ValueKind: JsonValueKind.False })
            throw json.Error("is_causal", "is false; only causal attention is supported.");
        RequireAll(
            json,
            "layer_types",
            type => type.ValueKind == JsonValueKind.String && type.ValueEquals("full_attention"),
            "only layers of 'full_attention' are supported");
        RequireAll(json, "no_rope_layers", rotated => !JsonObject.IsOff(rotated), "only models with the rotary embedding in all layers (1) are supported");
        RequireArchitecture(json);
    }

    /// <summary>Attention scores are divided by the root of a head's width.</summary>
    public static void CheckAttentionScale(JsonObject json, int headDim)
    {
        if (json.FindOn("attention_multiplier") is { } factor && !IsNumber(factor, 1 / Math.Sqrt(headDim), 1e-6))
            throw json.Error(
                "attention_multiplier",
                $"is {Excerpt.Of(factor.GetRawText())}, which is not supported: only one over the root of the heads' width is, as in Llama.");
        if (json.FindOn("query_pre_attn_scalar") is { } scalar && !IsNumber(scalar, headDim, 0))
            throw json.Error(
                "query_pre_attn_scalar", $"is {Excerpt.Of(scalar.GetRawText())}, which is not supported: only the heads' width ({headDim}) is, as in Llama.");
    }

    /// <summary>A window of attention that is as long as every sequence changes nothing.</summary>
    public static void CheckWindow(JsonObject json, int positions)
    {
        const string key = "sliding_window";
        bool isOff = json.Find("use_sliding_window") is { } use && JsonObject.IsOff(use);
        if (!isOff && json.FindOn(key) is { } window
            && !(window.ValueKind == JsonValueKind.Number && window.TryGetDouble(out double length) && length >= positions))
            throw json.Error(
                key,
                $"is {Excerpt.Of(window.GetRawText())}, which is not supported: attention would see less than the {positions} tokens of the longest sequence.");
    }

    private static void RequireAll(JsonObject json, string key, Func<JsonElement, bool> fits, string rule)
    {
        if (json.FindOn(key) is not null && json.FindArray(key)!.FirstOrDefault(element => !fits(element)) is { ValueKind: not JsonValueKind.Undefined } other)
            throw json.Error(key, $"has {Excerpt.Of(other.GetRawText())}; {rule}.");
    }

    /// <summary>The class that the weights were saved from: Llama's, whatever the capitals of old files.</summary>
    private static void RequireArchitecture(JsonObject json)
    {
        const string key = "architectures";
        if (json.FindOn(key) is not null && json.FindTexts(key) is { } classes
            && !classes.Any(name => name.StartsWith("Llama", StringComparison.OrdinalIgnoreCase)))
            throw json.Error(
                key,
                $"names '{Excerpt.Of(classes[0])}', but 'model_type' is 'llama': the model would be computed as another class than it was saved from. "
                    + "Correct the one that is wrong.");
    }

    private static bool IsNumber(JsonElement value, double expected, double tolerance) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number - expected) <= tolerance * expected;
}
