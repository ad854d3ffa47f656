using System.Text.Json;
using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>
/// The special tokens of a tokenizer that templates know by name (<c>bos_token</c>, <c>eos_token</c>, <c>unk_token</c>, <c>pad_token</c>, ...): what
/// <c>tokenizer_config.json</c> sets, and what only <c>special_tokens_map.json</c> does. One that is set to null is not there.
/// </summary>
internal static class SpecialTokens
{
    private static readonly string[] s_names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Tokens in a list, and tokens of the model's own by name.</summary>
    private static readonly string[] s_furtherNames = ["additional_special_tokens", "extra_special_tokens"];

    /// <summary>The tokens of a folder's tokenizer.</summary>
    /// <exception cref="CheckpointException">One of the files is malformed.</exception>
    public static IReadOnlyDictionary<string, JsonNode?> FromFolder(string folder)
    {
        var tokens = new Dictionary<string, JsonNode?>();
        foreach (string name in (ReadOnlySpan<string>)[FileNames.TokenizerSettings, FileNames.SpecialTokens])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
                JsonFile.Read(path, json => Add(tokens, json));
        }

        return tokens.Where(token => token.Value is not null).ToDictionary();
    }

    /// <summary>Adds what a file sets and none before it did.</summary>
    private static bool Add(Dictionary<string, JsonNode?> tokens, JsonObject json)
    {
        foreach (string name in s_names)
        {
            if (json.Element.TryGetProperty(name, out JsonElement token))
                tokens.TryAdd(name, token.ValueKind == JsonValueKind.Null ? null : ReadToken(json, name, token));
        }

        foreach (string name in s_furtherNames)
        {
            switch (json.Find(name))
            {
                case { ValueKind: JsonValueKind.Array } list:
                    tokens.TryAdd(name, new JsonArray([.. list.EnumerateArray().Select(token => ReadToken(json, name, token))]));
                    break;
                case { ValueKind: JsonValueKind.Object } named:
                    foreach (JsonProperty token in named.EnumerateObject())
                        tokens.TryAdd(token.Name, ReadToken(json, token.Name, token.Value));
                    break;
            }
        }

        return true;
    }

    /// <summary>A token's text, which may stand among its settings.</summary>
    private static JsonNode ReadToken(JsonObject json, string name, JsonElement token)
        => token.ValueKind == JsonValueKind.Object ? json.AsObject(name, token).GetText("content") : json.AsText(name, token);
}
