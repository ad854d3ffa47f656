using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;

namespace AdapterToolkit.Models.Llama;

/// <summary>
/// Reads the rotary embedding's settings. Newer files hold all of them in <c>rope_parameters</c>; older ones have <c>rope_theta</c> and <c>rope_scaling</c> at
/// the top. Where both are there, <c>rope_scaling</c> counts, as in transformers; facts that contradict each other are refused.
/// </summary>
internal static class LlamaRotaryReader
{
    private const double DefaultBase = 10000;

    /// <summary>Settings of scalings that are not supported, which would be ignored beside one that is.</summary>
    private static readonly string[] s_ofOthers =
    [
        "attention_factor", "beta_fast", "beta_slow", "short_factor", "long_factor", "short_mscale", "long_mscale", "mscale", "mscale_all_dim", "mrope_section",
        "full_attention", "sliding_attention", "alpha",
    ];

    /// <summary>Settings of a scaling, which must not stand where none is made.</summary>
    private static readonly string[] s_ofScaling = ["factor", "low_freq_factor", "high_freq_factor"];

    public static (double Base, RotaryScaling? Scaling) Read(JsonObject json, int positions)
    {
        foreach (string key in (string[])["partial_rotary_factor", "rotary_pct", "rope_pct"])
            RequireWhole(json, key);
        JsonObject? old = json.FindObjectOn("rope_scaling"), parameters = json.FindObjectOn("rope_parameters");
        double rotaryBase = ReadBase(json, old, parameters);
        if ((old ?? parameters) is not { } rotary)
            return (rotaryBase, null);
        RequireWhole(rotary, "partial_rotary_factor");
        (string key, string type) scaling = ReadType(rotary);
        switch (scaling.type)
        {
            case "default":
                RequireNone(rotary, [.. s_ofOthers, .. s_ofScaling]);
                return (rotaryBase, null);
            case "llama3":
                RequireNone(rotary, s_ofOthers);
                return (rotaryBase, ReadLlama3(json, rotary, positions));
            default:
                throw rotary.Error(
                    scaling.key, $"is '{Excerpt.Of(scaling.type)}'; this scaling of the rotary embedding is not supported, only 'default' and 'llama3' are.");
        }
    }

    /// <summary>The base that counts is that of the object that counts, then that at the top. All that are stated must agree.</summary>
    private static double ReadBase(JsonObject json, JsonObject? old, JsonObject? parameters)
    {
        const string key = "rope_theta";
        double? top = json.FindPositive(key), inOld = old?.FindPositive(key), inParameters = parameters?.FindPositive(key);
        double counts = (old is null ? inParameters : inOld) ?? top ?? DefaultBase;
        if (top is { } atTop && atTop != counts)
            throw json.Error(
                key, $"is {atTop:R}, but {(old is null ? "rope_parameters" : "rope_scaling")}.{key} is {counts:R}. Remove the one that is not meant.");
        if (inParameters is { } other && other != counts)
            throw json.Error(
                $"rope_parameters.{key}",
                $"is {other:R}, but the base is {counts:R} where 'rope_scaling' is there too, since that counts. "
                    + "Name one base in both, or remove the object that is not meant.");
        return counts;
    }

    /// <summary>The key was 'type' in the oldest files.</summary>
    private static (string Key, string Type) ReadType(JsonObject rotary)
    {
        string? type = rotary.FindText("rope_type"), old = rotary.FindText("type");
        if (type is not null && old is not null && type != old)
            throw rotary.Error("rope_type", $"is '{Excerpt.Of(type)}', but 'type' is '{Excerpt.Of(old)}'. Remove the one that is not meant.");
        return type is not null ? ("rope_type", type) : ("type", old ?? "default");
    }

    private static RotaryScaling ReadLlama3(JsonObject json, JsonObject rotary, int positions)
    {
        const string originalKey = "original_max_position_embeddings";
        double factor = Required(rotary, "factor");
        if (factor < 1)
            throw rotary.Error("factor", $"is {factor:R}; a number of at least 1 is needed.");
        double low = Required(rotary, "low_freq_factor"), high = Required(rotary, "high_freq_factor");
        if (high <= low)
            throw rotary.Error("high_freq_factor", $"({high:R}) must be greater than 'low_freq_factor' ({low:R}).");
        int? original = rotary.FindInt(originalKey, 1), atTop = json.FindInt(originalKey, 1);
        if (original is not null && atTop is not null && original != atTop)
            throw rotary.Error(originalKey, $"is {original}, but '{originalKey}' at the top is {atTop}. Remove the one that is not meant.");
        return new RotaryScaling(factor, low, high, original ?? atTop ?? positions);
    }

    private static double Required(JsonObject json, string key) => json.FindPositive(key) ?? throw json.Error(key, "is missing.");

    private static void RequireWhole(JsonObject json, string key)
    {
        if (json.FindPositive(key) is { } part && part != 1)
            throw json.Error(key, $"is {part:R}; only whole heads (1) can be rotated.");
    }

    private static void RequireNone(JsonObject rotary, string[] keys)
    {
        foreach (string key in keys)
        {
            if (rotary.FindOn(key) is { } value && !(value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == 1))
                throw rotary.Error(
                    key,
                    $"is {Excerpt.Of(value.GetRawText())}, which the type of the scaling does not use: it would be ignored. Correct the type, or remove it.");
        }
    }
}
