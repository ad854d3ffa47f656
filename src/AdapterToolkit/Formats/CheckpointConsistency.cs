using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Checks that the files of a checkpoint's folder agree about the vocabulary, before any work is done with them.</summary>
public static class CheckpointConsistency
{
    /// <summary>The keys of the configurations that are a token's id, or a list of them.</summary>
    private static readonly string[] s_ids = ["bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id",
        "forced_eos_token_id"];

    /// <summary>Refuses a folder in which a file names a token that the model has no vector for. Files that are not there name none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="vocabularySize">How many tokens the model has vectors for (<c>vocab_size</c>).</param>
    /// <exception cref="CheckpointException">A token's id is outside the vocabulary, or a configuration is malformed.</exception>
    public static void Check(string folder, int vocabularySize)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string size = File.Exists(Path.Combine(folder, FileNames.Configuration))
            ? $"{FileNames.Configuration}'s vocab_size is {vocabularySize}"
            : $"the model has vectors for {vocabularySize} tokens";
        if (TokenizerScan.FirstBeyond(Path.Combine(folder, ModelTokenizer.FileName), vocabularySize) is { } token)
            throw Contradiction(folder, ModelTokenizer.FileName, token.Id, token.Text, size);
        foreach (string file in (string[])[FileNames.Configuration, FileNames.GenerationSettings])
            CheckIds(folder, file, vocabularySize, size);
        CheckTokens(folder, FileNames.AddedTokens, vocabularySize, size, json => json.Properties.Select(property => (property.Value, property.Key)));
        CheckTokens(
            folder, FileNames.TokenizerSettings, vocabularySize, size, json => json.FindObjectOn("added_tokens_decoder")?.Properties.Select(Decoded) ?? []);
    }

    private static CheckpointException Contradiction(string folder, string file, int id, string text, string size) => new(
        folder,
        $"{file} has token {id} ({Excerpt.Of(text)}), but {size}. Take the file that belongs to the model, remove the token, "
        + "or give the embedding as many rows (resize_token_embeddings in transformers).");

    private static void CheckIds(string folder, string file, int vocabularySize, string size)
    {
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return;
        (string Key, int Id)? beyond = JsonFile.Read(path, json => s_ids
            .SelectMany(key => Ids(json, key).Select(id => ((string Key, int Id)?)(key, id)))
            .FirstOrDefault(id => id!.Value.Id >= vocabularySize));
        if (beyond is { } found)
            throw new CheckpointException(path, $"'{found.Key}' is {found.Id}, but {size}. Take the file that belongs to the model, or correct it.");
    }

    private static IEnumerable<int> Ids(JsonObject json, string key)
    {
        IEnumerable<JsonElement> values = json.Find(key) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { } single => [single],
        };
        return values.Where(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)).Select(value => value.GetInt32());
    }

    private static void CheckTokens(
        string folder, string file, int vocabularySize, string size, Func<JsonObject, IEnumerable<(JsonElement Id, string Text)>> tokens)
    {
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return;
        (int Id, string Text)? beyond = JsonFile.Read(path, json => tokens(json)
            .Select(token => token.Id.ValueKind == JsonValueKind.Number && token.Id.TryGetInt32(out int id)
                ? (Id: id, token.Text)
                : ((int Id, string Text)?)null)
            .FirstOrDefault(token => token?.Id >= vocabularySize));
        if (beyond is { } found)
            throw Contradiction(folder, file, found.Id, found.Text, size);
    }

    /// <summary>An entry <c>"2048": {"content": "&lt;|pad|&gt;"}</c>, whose key is the id.</summary>
    private static (JsonElement Id, string Text) Decoded(KeyValuePair<string, JsonElement> entry)
    {
        bool isNumber = entry.Key.Length is > 0 and < 10 && entry.Key.All(char.IsAsciiDigit);
        using JsonDocument id = JsonDocument.Parse(isNumber ? entry.Key.TrimStart('0').PadLeft(1, '0') : "null");
        JsonElement content = default;
        bool hasText = entry.Value.ValueKind == JsonValueKind.Object && entry.Value.TryGetProperty("content", out content)
            && content.ValueKind == JsonValueKind.String;
        string text = hasText ? content.GetString()! : "";
        return (id.RootElement.Clone(), text);
    }
}
