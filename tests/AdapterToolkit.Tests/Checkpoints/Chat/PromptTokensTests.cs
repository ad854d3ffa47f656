using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints.Chat;

/// <summary>Texts that change behind what they begin with have the tokens of each text alone, whatever flags the added tokens between have.</summary>
public sealed class PromptTokensTests
{
    private static readonly string[] s_pieces =
    [
        "a", "b ", "  ", "\n", "word", "12", "'s", "e", "\u0301", "\U0001F600", "<", "<|", "<|im_end|>", "<|im_start|>", "[T]", "[T", "]", "[T][T]", "_",
        " \n", "[N]",
    ];

    public static TheoryData<string> Tokenizers => ["smollm", "gpt2", "llama3"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void The_tokens_are_those_of_the_whole_text(string name)
    {
        Random random = new(3);
        for (int flags = 0; flags < 32; flags++)
        {
            ModelTokenizer tokenizer = WithTokens(name, flags);
            PromptTokens tokens = new(tokenizer);
            List<string> pieces = [];
            for (int step = 0; step < 60; step++)
            {
                int removed = Math.Min(pieces.Count, random.Next(4));
                pieces.RemoveRange(pieces.Count - removed, removed);
                for (int added = random.Next(5); added >= 0; added--)
                    pieces.Add(s_pieces[random.Next(s_pieces.Length)]);
                string text = string.Concat(pieces);
                int[] before = tokens.Ids.ToArray();

                int known = tokens.Next(text);

                Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false), tokens.Ids.ToArray());
                Assert.Equal(before[..known], tokens.Ids[..known].ToArray());
            }
        }
    }

    [Fact]
    public void What_stays_is_not_encoded_again()
    {
        ModelTokenizer tokenizer = WithTokens("smollm", flags: 0);
        PromptTokens tokens = new(tokenizer);
        string text = "";
        for (int turn = 0; turn < 1000; turn++)
        {
            text += $"<|im_start|>user\nturn {turn}<|im_end|>\n";
            tokens.Next(text);
        }

        Assert.InRange(tokens.EncodedCharacters, text.Length, 3 * text.Length);
        Assert.True(tokens.EndsInText);
        tokens.Next(text + "<|im_end|>");
        Assert.False(tokens.EndsInText);
        Assert.Equal(0, tokens.Next("other"));
    }

    /// <summary>A tokenizer with tokens of which one ends as another begins, one is white space, and one is found in normalized text.</summary>
    private static ModelTokenizer WithTokens(string name, int flags)
    {
        JsonNode root = ChangedTokenizer.Read(name);
        foreach (string content in (string[])["[T]", "[T][T]", "  ", "[N]"])
            root.AddToken(content, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, normalized: content == "[N]");
        if ((flags & 8) != 0)
            root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
        JsonNode preTokenizer = root["pre_tokenizer"]!;
        if ((flags & 16) != 0)
            (preTokenizer["pretokenizers"]?.AsArray()[^1] ?? preTokenizer)["add_prefix_space"] = true;
        return root.ToTokenizer();
    }
}
