using System.Text.Json;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Formats;

/// <summary>Reads what a <c>tokenizer.json</c> says about the division of text into words. It must be byte-level.</summary>
internal static class PreTokenizerReader
{
    /// <summary>Reads a pre-tokenizer.</summary>
    /// <param name="json">The object that has it.</param>
    /// <param name="key">The key of the pre-tokenizer.</param>
    /// <exception cref="CheckpointException">It is malformed, or of a kind that is not supported.</exception>
    public static PreTokenizer Read(JsonObject json, string key)
    {
        bool byteLevel = false;
        PreTokenizer preTokenizer = Read(json.GetObject(key), ref byteLevel);
        return byteLevel ? preTokenizer : throw json.Error(key, "has no 'ByteLevel'; only byte-level tokenizers are supported.");
    }

    private static PreTokenizer Read(JsonObject json, ref bool byteLevel)
    {
        string type = json.GetText("type");
        if (byteLevel)
            throw json.Error("type", $"is '{Excerpt.Of(type)}' after 'ByteLevel', which must come last.");
        switch (type)
        {
            case "Sequence":
                return ReadSequence(json, ref byteLevel);
            case "Digits":
                return new DigitSplit(json.FindBool("individual_digits", false));
            case "Split":
                return ReadSplit(json);
            case "ByteLevel":
                byteLevel = true;
                PreTokenizer words = json.FindBool("use_regex", true) ? PatternSplit.Gpt2Words : new PreTokenizer.Whole();
                return json.FindBool("add_prefix_space", true) ? new PreTokenizer.Chain(new PreTokenizer.PrefixSpace(), words) : words;
            default:
                throw json.Error("type", $"is '{Excerpt.Of(type)}'; only 'ByteLevel', 'Digits', 'Split' and 'Sequence' are supported.");
        }
    }

    private static PreTokenizer ReadSequence(JsonObject json, ref bool byteLevel)
    {
        const string key = "pretokenizers";
        PreTokenizer? chain = null;
        foreach (JsonElement element in json.FindArray(key) ?? throw json.Error(key, "is missing."))
        {
            PreTokenizer next = Read(json.AsObject(key, element), ref byteLevel);
            chain = chain is null ? next : new PreTokenizer.Chain(chain, next);
        }

        return chain ?? new PreTokenizer.Whole();
    }

    private static PatternSplit ReadSplit(JsonObject json)
    {
        JsonObject pattern = json.GetObject("pattern");
        string? expression = pattern.FindText("Regex");
        if (expression is null)
            expression = Regex.Escape(pattern.FindText("String") ?? throw json.Error("pattern", "is neither 'Regex' nor 'String'."));
        string name = json.GetText("behavior");
        if (!Enum.GetNames<PatternSplit.Behavior>().Contains(name))
            throw json.Error("behavior", $"is '{Excerpt.Of(name)}', which is not known.");
        try
        {
            return new PatternSplit(PatternSplit.Compile(expression), Enum.Parse<PatternSplit.Behavior>(name), json.FindBool("invert", false));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException(json.FilePath,
                $"the pre-tokenizer's regular expression '{Excerpt.Of(expression)}' is not supported: {exception.Message}", innerException: exception);
        }
    }
}
