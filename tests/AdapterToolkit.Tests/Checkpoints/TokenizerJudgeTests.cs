using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Our ids beside those of Hugging Face's own library, for every tokenizer that is here.</summary>
public sealed class TokenizerJudgeTests
{
    private const int TextCount = 200, MostPieces = 24;
    private const string NotHere = "Hugging Face's library is here for Linux on x64 only.";

    /// <summary>
    /// Pieces of text in which tokenizers differ: white space of all kinds, contractions, digits, marks, joiners, scripts, emoji, and the spelling of special
    /// tokens.
    /// </summary>
    private static readonly string[] s_pieces =
    [
        " ", "  ", "   \t", "\n", "\n\n\n", "\r\n", "\r", "\t", "\u000B", "\f", "\u0085", "\u00A0", "\u1680", "\u2003", "\u2028", "\u2029", "\u202F", "\u3000",
            "\u200B", "\u200C", "\u200D", "\u2060",
        "\uFEFF", "'s", "'S", "'ll", "'Ve", "\u2019s", "the", "The", " word", "WORD", "wörd", "123", "1234567", "12.5e-3", "\u0663\u0664", "\u00BD", "\u2167",
        "\u2460", "\u24B6\u24D0", "\u1F88",
        "e\u0301", "\u0301", "\u1100\u1161\u11A8", "\uAC01", "\u0E01\u0E33", "\u0915\u094D\u0937", "\u05E9\u05DC\u05D5\u05DD", "\u0627\u0644", "\u4E2D\u6587",
        "\u65E5\u672C\u8A9E\u3067\u3059", "\u30AB\u3099",
        "\U0001F600", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F1E9\U0001F1EA", "\u2764\uFE0F", "\U0001D400\U0001D7CE", "\U00020000", "\U0001F150",
        "\U000E0001", "\u0378", "\uE000", "\uFFFD", "\u0001", "\u007F",
        ".", "...", "!?", "--", "__init__", "<|", "|>", "<|im_end|>", "<|endoftext|>", "<s>", "[T]", "<pad>", "{}();", "https://x.y/z?a=b&c=%20", "a_b-c.d",
        "$12,345.67", "\u20AC5", "\\n", "\"'`",
    ];

    public static TheoryData<string> OtherKinds => [.. Fixtures.Files("tokenizer-kinds", "*.tokenizer.json")];

    public static TheoryData<string> TokenizerFiles
    {
        get
        {
            TheoryData<string> files = [.. Fixtures.Files("tokenizer", "*.tokenizer.json"),
                .. Directory.GetFiles(Fixtures.OwnPathOf("cases"), ModelTokenizer.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
            files.Add(SampleTokenizer);
            if (Environment.GetEnvironmentVariable("ADAPTER_MODELS") is { Length: > 0 } models)
                files.Add(Path.Combine(models, "smollm2-135m-instruct", ModelTokenizer.FileName));
            return files;
        }
    }

    private static bool IsHere => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static string SampleTokenizer => Path.Combine(SolutionFolder.Find(), "samples", "FineTune", "base-model", ModelTokenizer.FileName);

    [Theory]
    [MemberData(nameof(TokenizerFiles))]
    public void Two_hundred_odd_texts_have_the_ids_of_Hugging_Faces_library(string file)
    {
        Agrees(file, OddTexts(new Random(7)));
    }

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public void A_tokenizer_of_another_kind_has_the_ids_of_Hugging_Faces_library_or_is_refused(string file)
    {
        try
        {
            Agrees(file, OddTexts(new Random(19)));
        }
        catch (CheckpointException refusal)
        {
            Assert.StartsWith(file, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("supported", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Strip_flags_of_added_tokens_leave_the_tokens_in_stripped_white_space()
    {
        string folder = Fixtures.OwnPathOf("cases", "18-rstrip-takes-the-next-added-token");
        string[] texts = [.. File.ReadAllLines(Path.Combine(folder, "text.jsonl")).Select(line => JsonNode.Parse(line)!.GetValue<string>())];
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, ModelTokenizer.FileName));

        Assert.Equal([67, 1201, 1200, 1201, 68], tokenizer.Encode("a [T] b", addSpecialTokens: false));
        Agrees(Path.Combine(folder, ModelTokenizer.FileName), texts);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public void Flags_of_added_tokens_mean_what_they_mean_there(bool stripLeft, bool stripRight, bool singleWord)
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        foreach (string content in (string[])["[T]", " ", "  \n", "[T][T]", "\u00E9t"])
            root.AddToken(content, singleWord, stripLeft, stripRight, normalized: content.Length > 2);

        Agrees(root,
            ["[T]", " [T] ", "a[T]b", "a [T] b", "a [T][T] [T]\n\n[T]", "   \n \n [T]  \n\n x [T]", "\u24B6[T] \u200D[T] 1[T] _[T] -[T]",
            "\u00E9t \u00E9ta a\u00E9t", .. OddTexts(new Random(11))]);
    }

    [Fact]
    public void The_last_of_two_equal_merges_counts()
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        JsonArray merges = root["model"]!["merges"]!.AsArray();
        foreach (JsonNode merge in merges.Take(20).Select(merge => merge!.DeepClone()).ToArray())
            merges.Add(merge);
        ModelTokenizer original = ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", "gpt2.tokenizer.json"));

        ModelTokenizer doubled = Agrees(root, ["the there then in on an tin the the", .. OddTexts(new Random(13))]);

        const string text = "the theatre, then the tin of the one";
        Assert.NotEqual(original.Encode(text, addSpecialTokens: false), doubled.Encode(text, addSpecialTokens: false));
    }

    [Theory]
    [InlineData("model", "dropout", "0")]
    [InlineData("model", "dropout", "0.0")]
    [InlineData("model", "unk_token", "\"\"")]
    [InlineData("model", "byte_fallback", "false")]
    [InlineData("model", "continuing_subword_prefix", "\"\"")]
    [InlineData("", "normalizer", """{"type": "Sequence", "normalizers": []}""")]
    [InlineData("", "normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}]}""")]
    public void What_is_off_is_off_in_every_spelling(string part, string key, string value)
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        (part.Length == 0 ? root : root[part]!)[key] = JsonNode.Parse(value);
        Agrees(root, OddTexts(new Random(17)));
    }

    [Fact]
    public void A_word_of_two_hundred_thousand_letters_takes_time_in_proportion()
    {
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(SampleTokenizer);
        Random random = new(1);
        string bases = string.Concat(Enumerable.Range(0, 200_000).Select(_ => "ACGT"[random.Next(4)]));

        // A merge that looks through the whole word for each step would take minutes.
        foreach (string text in (string[])[bases, new string('\u4E2D', 200_000), new string(' ', 200_000), new string('=', 200_000)])
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false));

        Agrees(SampleTokenizer, [bases[..20_000], new string('\u4E2D', 20_000)]);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_read_as_a_replacement_character_with_and_without_normalization()
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
        ModelTokenizer normalizing = root.ToTokenizer();
        ModelTokenizer plain = ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", "gpt2.tokenizer.json"));
        foreach (string half in (string[])["a\uD800b", "\uDC00", "x\uD83D"])
        {
            Assert.Equal(plain.Encode(half, addSpecialTokens: false), normalizing.Encode(half, addSpecialTokens: false));
            Assert.Equal(half.Replace('\uD800', '\uFFFD').Replace('\uDC00', '\uFFFD').Replace('\uD83D', '\uFFFD'),
                plain.Decode(plain.Encode(half, addSpecialTokens: false), skipSpecialTokens: false));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(":\n")]
    public void The_space_that_is_put_before_a_text_stands_before_an_answer_where_a_whole_conversation_has_it(string header)
    {
        Assert.SkipUnless(IsHere, NotHere);
        using TemporaryFolder folder = new();
        string file = folder[ModelTokenizer.FileName];
        JsonNode root = ChangedTokenizer.Read("gpt2");
        root["pre_tokenizer"]!["add_prefix_space"] = true;
        foreach (string content in (string[])["<|user|>", "<|assistant|>", "<|end|>"])
            root.AddToken(content, special: true);
        File.WriteAllText(file, root.ToJsonString());
        ModelTokenizer ours = ModelTokenizer.FromFile(file);
        ChatTemplate template = ChatTemplate.Parse(
            "{% for m in messages %}<|{{ m.role }}|>HEADER{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>HEADER{% endif %}"
                .Replace("HEADER", header, StringComparison.Ordinal),
            "test");
        ChatTurn[] messages = [new("user", "the first"), new("assistant", "one answer"), new("user", "then"), new("assistant", "the other, 'tis said")];

        ChatTokens tokens = Assert.Single(new ChatEncoder(template, ours).Encode(new Conversation(messages)));

        Assert.Equal(new Tokenizers.DotNet.Tokenizer(file).Encode(template.Render(messages)).Select(id => (int)id), tokens.Ids);
        string space = header.Length == 0 ? " " : "";
        Assert.Equal(
            $"{space}one answer<|end|>{space}the other, 'tis said<|end|>",
            ours.Decode([.. tokens.Labels.Where(label => label != ChatTokens.Ignored)], skipSpecialTokens: false));
    }

    private static string[] OddTexts(Random random)
    {
        string[] texts = new string[TextCount];
        for (int i = 0; i < texts.Length; i++)
        {
            StringBuilder text = new();
            for (int piece = random.Next(MostPieces); piece >= 0; piece--)
            {
                if (random.Next(8) > 0)
                    text.Append(s_pieces[random.Next(s_pieces.Length)]);
                else
                    text.Append(random.Next(2) == 0 ? new Rune(random.Next(0x20, 0x7F)) : new Rune(random.Next(0xA0, 0xD800)));
            }

            texts[i] = text.ToString();
        }

        return texts;
    }

    private static ModelTokenizer Agrees(JsonNode root, IReadOnlyList<string> texts)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder[ModelTokenizer.FileName], root.ToJsonString());
        return Agrees(folder[ModelTokenizer.FileName], texts);
    }

    private static ModelTokenizer Agrees(string file, IReadOnlyList<string> texts)
    {
        Assert.SkipUnless(IsHere, NotHere);
        ModelTokenizer ours = ModelTokenizer.FromFile(file);
        Tokenizers.DotNet.Tokenizer theirs = new(file);
        Assert.NotEmpty(texts);
        foreach (string text in texts)
        {
            int[] expected = [.. theirs.Encode(text).Select(id => (int)id)];
            Assert.True(expected.AsSpan().SequenceEqual(ours.Encode(text, addSpecialTokens: true)),
                $"{file}: '{text}' ({string.Join(' ', text.Select(character => $"{(int)character:X4}"))}) is "
                + $"[{string.Join(", ", expected)}] there, [{string.Join(", ", ours.Encode(text, addSpecialTokens: true))}] here.");
        }

        return ours;
    }
}
