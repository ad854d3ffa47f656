using System.Text;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>What a <c>tokenizer.json</c> says. Whatever is not supported is an error while reading, so that no text is ever encoded wrongly.</summary>
internal sealed class TokenizerDefinition
{
    private const string PostProcessorKey = "post_processor";

    /// <summary>The largest id accepted: far above every vocabulary that exists.</summary>
    private const int LargestId = (1 << 24) - 1;

    private readonly List<int> _before = [];
    private readonly List<int> _after = [];

    private TokenizerDefinition(JsonObject json)
    {
        FilePath = json.FilePath;
        JsonObject model = json.GetObject("model");
        CheckModel(model);
        Vocabulary = ReadVocabulary(model);
        Merges = ReadMerges(model, Vocabulary);
        IgnoreMerges = model.FindBool("ignore_merges", false);
        AddedTokens = ReadAddedTokens(json, Vocabulary);
        NormalizesToFormC = ReadNormalizer(json);
        PreTokenizer = PreTokenizerReader.Read(json, "pre_tokenizer");
        if (json.FindObject(PostProcessorKey) is { } postProcessor)
            ReadPostProcessor(postProcessor);
        CheckDecoder(json.GetObject("decoder"));
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>The model's tokens, in <see cref="ByteLevelAlphabet"/>, and their ids.</summary>
    public Dictionary<string, int> Vocabulary { get; }

    /// <summary>The merges.</summary>
    public BytePairMerges Merges { get; }

    /// <summary>Whether a word that is a token becomes that token even where merges would not lead to it.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>The tokens that are found in the text as it is.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Whether text is brought to Unicode's normalization form C before it is divided.</summary>
    public bool NormalizesToFormC { get; }

    /// <summary>What divides text into words.</summary>
    public PreTokenizer PreTokenizer { get; }

    /// <summary>The ids that the template puts before a text.</summary>
    public IReadOnlyList<int> Before => _before;

    /// <summary>The ids that the template puts after a text.</summary>
    public IReadOnlyList<int> After => _after;

    /// <summary>Reads the root object of a file.</summary>
    public static TokenizerDefinition Read(JsonObject json) => new(json);

    private static void CheckModel(JsonObject model)
    {
        string type = model.FindText("type") ?? "BPE";
        if (type != "BPE")
            throw model.Error("type", $"is '{Excerpt.Of(type)}'; only 'BPE' is supported.");
        if (model.Find("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.TryGetDouble(out double share) && share == 0))
            throw model.Error("dropout", "is set; merging at random is not supported.");
        if (model.FindBool("byte_fallback", false))
            throw model.Error("byte_fallback", "is true; only byte-level tokenizers are supported.");
        foreach (string key in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(model.FindText(key)))
                throw model.Error(key, "is set; only byte-level tokenizers without it are supported.");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonObject model)
    {
        JsonObject json = model.GetObject("vocab");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokenOf = new Dictionary<int, string>();
        foreach ((string token, JsonElement value) in json.Properties)
        {
            int id = ReadId(json, token, value);
            if (token.Length == 0)
                throw json.Error(token, "is an empty token.");
            vocabulary.Add(token, id);
            if (!tokenOf.TryAdd(id, token))
                throw json.Error(token, $"has the id {id}, which '{Excerpt.Of(tokenOf[id])}' has too.");
        }

        if (model.FindText("unk_token") is { Length: > 0 } unknown && MissingByte(vocabulary) is { } missing)
            throw model.Error("unk_token",
                $"is '{Excerpt.Of(unknown)}' and the vocabulary lacks the byte 0x{missing:X2}; only vocabularies with all bytes, or "
                + "without an unknown token, are supported.");
        return vocabulary;
    }

    private static byte? MissingByte(Dictionary<string, int> vocabulary)
    {
        for (int value = 0; value < 256; value++)
        {
            if (!vocabulary.ContainsKey(ByteLevelAlphabet.CharacterOf((byte)value).ToString()))
                return (byte)value;
        }

        return null;
    }

    /// <summary>Merges are written as "left right", or as ["left", "right"] in newer files.</summary>
    private static BytePairMerges ReadMerges(JsonObject model, Dictionary<string, int> vocabulary)
    {
        var merges = new List<(int, int, int)>();
        foreach (JsonElement element in model.FindArray("merges") ?? throw model.Error("merges", "is missing."))
        {
            string[] parts = element.ValueKind switch
            {
                JsonValueKind.String => element.GetString()!.Split(' '),
                JsonValueKind.Array => [.. element.EnumerateArray().Select(part => model.AsText("merges", part))],
                _ => [],
            };
            if (parts.Length != 2 || parts.Any(part => part.Length == 0 || part.Contains(' ')))
                throw model.Error("merges", $"has an entry that is not two tokens: {Excerpt.Of(element.GetRawText())}.");
            merges.Add((IdOf(parts[0]), IdOf(parts[1]), IdOf(parts[0] + parts[1])));
        }

        return new BytePairMerges(merges);

        int IdOf(string token) =>
            vocabulary.TryGetValue(token, out int id) ? id : throw model.Error("merges", $"has '{Excerpt.Of(token)}', which the vocabulary lacks.");
    }

    private static List<AddedToken> ReadAddedTokens(JsonObject json, Dictionary<string, int> vocabulary)
    {
        const string key = "added_tokens";
        Dictionary<int, string> tokenOf = vocabulary.ToDictionary(pair => pair.Value, pair => pair.Key);
        var tokens = new List<AddedToken>();
        foreach (JsonElement element in json.FindArray(key) ?? [])
        {
            JsonObject token = json.AsObject(key, element);
            string content = token.GetText("content");
            if (content.Length == 0)
                continue;
            bool special = token.FindBool("special", false);
            int id = token.GetInt("id", 0, LargestId);
            if (!tokenOf.TryAdd(id, content) && tokenOf[id] != content)
                throw json.Error(key, $"gives '{Excerpt.Of(content)}' the id {id}, which '{Excerpt.Of(tokenOf[id])}' has.");
            tokens.Add(new AddedToken(
                id,
                content,
                special,
                token.FindBool("single_word", false),
                token.FindBool("lstrip", false),
                token.FindBool("rstrip", false),
                token.FindBool("normalized", !special)));
        }

        return tokens;
    }

    private static int ReadId(JsonObject json, string token, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and <= LargestId
            ? id
            : throw json.Error(token, $"has no id from 0 to {LargestId}.");

    private static bool ReadNormalizer(JsonObject json)
    {
        const string key = "normalizer";
        if (json.FindObject(key) is not { } normalizer)
            return false;
        JsonObject[] steps = normalizer.GetText("type") == "Sequence"
            ? [.. (normalizer.FindArray("normalizers") ?? []).Select(element => normalizer.AsObject("normalizers", element))]
            : [normalizer];
        if (steps.Select(step => step.GetText("type")).FirstOrDefault(type => type != "NFC") is { } other)
            throw json.Error(key, $"is of the kind '{Excerpt.Of(other)}'; only 'NFC' or none is supported.");
        if (steps.Length > 0 && "e\u0301".Normalize(NormalizationForm.FormC) != "\u00E9")
            throw json.Error(key, "is 'NFC', which .NET does not offer where globalization is invariant; set InvariantGlobalization to false.");
        return steps.Length > 0;
    }

    private void ReadPostProcessor(JsonObject json)
    {
        string type = json.GetText("type");
        switch (type)
        {
            case "ByteLevel":
                // Corrects offsets only, no ids.
                break;
            case "Sequence":
                const string key = "processors";
                foreach (JsonElement element in json.FindArray(key) ?? throw json.Error(key, "is missing."))
                    ReadPostProcessor(json.AsObject(key, element));
                break;
            case "TemplateProcessing":
                ReadTemplate(json);
                break;
            default:
                throw json.Error("type", $"is '{Excerpt.Of(type)}'; only 'ByteLevel', 'TemplateProcessing' and 'Sequence' are supported.");
        }
    }

    private void ReadTemplate(JsonObject json)
    {
        const string key = "single";
        var first = new List<int>();
        bool textSeen = false;
        foreach (JsonElement element in json.FindArray(key) ?? throw json.Error(key, "is missing."))
        {
            JsonObject part = json.AsObject(key, element);
            if (part.FindObject("SpecialToken") is { } special)
                (textSeen ? _after : first).AddRange(ReadSpecialToken(json, special.GetText("id")));
            else if (part.FindObject("Sequence") is not null && !textSeen)
                textSeen = true;
            else
                throw json.Error(key, "is not a list of special tokens around one text.");
        }

        if (!textSeen)
            throw json.Error(key, "leaves out the text.");
        _before.InsertRange(0, first);
    }

    private static int[] ReadSpecialToken(JsonObject json, string name)
    {
        JsonObject all = json.GetObject("special_tokens");
        JsonObject token = all.GetObject(name);
        return [.. (token.FindArray("ids") ?? throw token.Error("ids", "is missing.")).Select(id => ReadId(token, "ids", id))];
    }

    private static void CheckDecoder(JsonObject json)
    {
        string type = json.GetText("type");
        if (type == "Sequence")
        {
            const string key = "decoders";
            JsonObject[] decoders = [.. (json.FindArray(key) ?? throw json.Error(key, "is missing.")).Select(element => json.AsObject(key, element))];
            if (decoders.Length != 1)
                throw json.Error(key, $"has {decoders.Length} entries; only a single 'ByteLevel' is supported.");
            type = decoders[0].GetText("type");
        }

        if (type != "ByteLevel")
            throw json.Error("type", $"is '{Excerpt.Of(type)}'; only 'ByteLevel' is supported.");
    }
}
