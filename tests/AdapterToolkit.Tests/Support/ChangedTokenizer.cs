using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.Support;

/// <summary>Golden tokenizers with something in their files changed.</summary>
public static class ChangedTokenizer
{
    /// <summary>The file of a golden tokenizer.</summary>
    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Fixtures.PathOf("tokenizer", name + ".tokenizer.json")))!;

    /// <summary>Adds a token, with the next id.</summary>
    public static void AddToken(
        this JsonNode root,
        string content,
        bool singleWord = false,
        bool stripLeft = false,
        bool stripRight = false,
        bool normalized = false,
        bool special = false)
    {
        JsonArray added = root["added_tokens"]!.AsArray();
        int last = Math.Max(added.Max(token => (int)token!["id"]!), root["model"]!["vocab"]!.AsObject().Max(token => (int)token.Value!));
        added.Add(new JsonObject
        {
            ["id"] = last + 1,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = stripLeft,
            ["rstrip"] = stripRight,
            ["normalized"] = normalized,
            ["special"] = special,
        });
    }

    /// <summary>Reads the changed file as a tokenizer.</summary>
    public static ModelTokenizer ToTokenizer(this JsonNode root)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder[ModelTokenizer.FileName], root.ToJsonString());
        return ModelTokenizer.FromFile(folder[ModelTokenizer.FileName]);
    }
}
