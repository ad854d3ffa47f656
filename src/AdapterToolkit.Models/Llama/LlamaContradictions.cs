using System.Text.Json;
using AdapterToolkit.Formats;

namespace AdapterToolkit.Models.Llama;

/// <summary>Refuses a configuration that says one fact under two names and not the same: whoever reads another of them would see another model.</summary>
internal static class LlamaContradictions
{
    /// <summary>Numbers that the configurations of other families have under other names, which some files carry along.</summary>
    private static readonly (string Key, string[] Others)[] s_numbers =
    [
        ("hidden_size", ["n_embd", "d_model"]),
        ("intermediate_size", ["n_inner", "ffn_dim", "ffn_hidden_size"]),
        ("num_hidden_layers", ["n_layer", "n_layers", "num_layers"]),
        ("num_attention_heads", ["n_head", "n_heads"]),
        ("num_key_value_heads", ["n_kv_heads", "num_kv_heads"]),
        ("head_dim", ["attention_head_dim", "kv_channels"]),
        ("rms_norm_eps", ["norm_eps"]),
    ];

    /// <summary>Names of the function inside the MLP: Llama's, and those of families that have others by default.</summary>
    private static readonly string[] s_activations = ["hidden_act", "hidden_activation", "activation_function"];

    /// <summary>Checks all facts that can have two names.</summary>
    /// <exception cref="CheckpointException">Two names of one fact say different things, or an activation is not supported; the message names them.</exception>
    public static void Check(JsonObject json)
    {
        CheckActivation(json);
        CheckElementType(json);
        foreach ((string key, string[] others) in s_numbers)
        {
            foreach (string other in others)
                RequireSame(json, key, other);
        }
    }

    private static void CheckActivation(JsonObject json)
    {
        foreach (string key in s_activations)
        {
            if (json.FindText(key) is { } activation and not ("silu" or "swish"))
                throw json.Error(key, $"is '{Excerpt.Of(activation)}'; only 'silu' is supported.");
        }
    }

    private static void CheckElementType(JsonObject json)
    {
        string[] keys = [.. ElementTypes.Keys.Where(key => json.FindOn(key) is not null)];
        string[] names = [.. keys.Select(key => ElementTypes.PlainName(json.AsText(key, json.Get(key))))];
        if (names is [string newer, string older] && newer != older)
            throw json.Error(keys[1], $"is '{Excerpt.Of(older)}', but '{keys[0]}' is '{Excerpt.Of(newer)}'. Remove the one that is not meant.");
        ElementTypes.Find(json);
    }

    private static void RequireSame(JsonObject json, string key, string other)
    {
        if (Number(json, key) is { } stated && Number(json, other) is { } again && stated != again)
            throw json.Error(other, $"is {again:R}, but '{key}' is {stated:R}. Remove the one that is not meant.");
    }

    private static double? Number(JsonObject json, string key) =>
        json.FindOn(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) ? number : null;
}
