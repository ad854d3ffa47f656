using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared;
using AdapterToolkit.Tests.Support;
using CsCheck;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public class TokenizerTests
{
    private const string Expected = ".expected.json";

    public static TheoryData<string> Cases => [.. Fixtures.Files("tokenizer", "*" + Expected).Select(file => Path.GetFileName(file)[..^Expected.Length])];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Encodes_and_decodes_as_the_reference(string name)
    {
        ModelTokenizer tokenizer = Load(name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("tokenizer", name + Expected)));
        Assert.NotEqual(0, document.RootElement.GetArrayLength());
        foreach (JsonElement expected in document.RootElement.EnumerateArray())
        {
            string text = expected.GetProperty("text").GetString()!;
            int[] ids = Ids(expected.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(Ids(expected.GetProperty("ids_without_special")), tokenizer.Encode(text, addSpecialTokens: false));
            Assert.Equal(expected.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal(expected.GetProperty("decoded_without_special").GetString(), tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_gives_back_any_text(string name)
    {
        ModelTokenizer tokenizer = Load(name);
        Text().Sample(text => tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false) == text, iter: 500);
    }

    [Fact]
    public void Real_model_encodes_as_the_reference()
    {
        string folder = PretrainedModels.FolderOf("smollm2-135m-instruct");
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, ModelTokenizer.FileName));
        Assert.Equal(49152, tokenizer.VocabularySize);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        JsonElement[] chats = [.. document.RootElement.GetProperty("chats").EnumerateArray()];
        Assert.NotEmpty(chats);
        foreach (JsonElement chat in chats)
        {
            Assert.Equal(Ids(chat.GetProperty("ids")), tokenizer.Encode(chat.GetProperty("text").GetString()!, addSpecialTokens: false));
            Assert.Equal(chat.GetProperty("greedyText").GetString(), tokenizer.Decode(Ids(chat.GetProperty("greedyIds")), skipSpecialTokens: true));
        }

        JsonElement heldOut = document.RootElement.GetProperty("heldOut");
        Assert.Equal(Ids(heldOut.GetProperty("ids")), tokenizer.Encode(heldOut.GetProperty("text").GetString()!, addSpecialTokens: false));
    }

    [Fact]
    public void Letters_beyond_the_basic_plane_are_letters()
    {
        ModelTokenizer tokenizer = Load("gpt2");

        // Mathematical bold letters and digits: one word of two letters, one of two digits, as by code points.
        List<string> pieces = [];
        PatternSplit.Gpt2Words.Split("a\U0001D400b \U0001D7CE1 \U0001F600!", continues: false, (piece, _) => pieces.Add(piece.ToString()));
        Assert.Equal(["a\U0001D400b", " \U0001D7CE1", " \U0001F600!"], pieces);
        Assert.Equal("a\U0001D400b", tokenizer.Decode(tokenizer.Encode("a\U0001D400b", false), false));
    }

    [Fact]
    public void Stand_ins_have_the_category_of_their_code_point()
    {
        char[] standIns = new char[2];
        int[] starts = new int[3];
        for (int value = 0x10000; value <= 0x10FFFF; value += 7)
        {
            Assert.Equal(1, CodePointStandIns.Replace(new Rune(value).ToString(), standIns, starts));
            Assert.Equal((0, 2), (starts[0], starts[1]));
            Assert.Equal(Rune.GetUnicodeCategory(new Rune(value)), CharUnicodeInfo.GetUnicodeCategory(standIns[0]));
        }

        Assert.Equal(2, CodePointStandIns.Replace("\uDC00a", standIns, starts));
        Assert.Equal("\uFFFDa", new string(standIns));
    }

    [Theory]
    [InlineData("Removed", "a,b", new[] { "a", "b" })]
    [InlineData("Isolated", "a,,b", new[] { "a", ",", ",", "b" })]
    [InlineData("Contiguous", "a,,b", new[] { "a", ",,", "b" })]
    [InlineData("MergedWithPrevious", "a,,b", new[] { "a,", ",", "b" })]
    [InlineData("MergedWithNext", "a,,b", new[] { "a", ",", ",b" })]
    public void Split_behaves_as_its_name_says(string behavior, string text, string[] expected)
    {
        List<string> pieces = [];
        new PatternSplit(PatternSplit.Compile(","), Enum.Parse<PatternSplit.Behavior>(behavior), invert: false).Split(text, continues: false, (piece, _) =>
            pieces.Add(piece.ToString()));
        Assert.Equal(expected, pieces);
    }

    [Theory]
    [InlineData(true, "ab12c٣½", new[] { "ab", "1", "2", "c", "٣", "½" })]
    [InlineData(false, "ab12c٣½", new[] { "ab", "12", "c", "٣½" })]
    public void Digits_are_separated(bool individually, string text, string[] expected)
    {
        List<string> pieces = [];
        new DigitSplit(individually).Split(text, continues: false, (piece, _) => pieces.Add(piece.ToString()));
        Assert.Equal(expected, pieces);
    }

    [Fact]
    public void Of_the_pieces_of_a_text_that_goes_on_only_the_first_goes_on()
    {
        PreTokenizer[] splits = [new DigitSplit(individually: true),
            new PatternSplit(PatternSplit.Compile("[0-9]"), PatternSplit.Behavior.Isolated, invert: false), new PreTokenizer.Whole()];
        foreach (PreTokenizer split in splits)
        {
            List<(string Piece, bool Continues)> goingOn = [], beginning = [];
            PreTokenizer spaced = new PreTokenizer.Chain(split, new PreTokenizer.PrefixSpace());
            spaced.Split("ab12c\U0001F600", continues: true, (piece, continues) => goingOn.Add((piece.ToString(), continues)));
            spaced.Split("ab12c\U0001F600", continues: false, (piece, continues) => beginning.Add((piece.ToString(), continues)));

            Assert.Equal(goingOn.Select((_, index) => index == 0), goingOn.Select(piece => piece.Continues));
            Assert.DoesNotContain(beginning, piece => piece.Continues);
            Assert.Equal(beginning.Select((piece, index) => index == 0 ? piece.Piece[1..] : piece.Piece), goingOn.Select(piece => piece.Piece));
        }
    }

    [Fact]
    public void Added_tokens_strip_and_stand_alone_as_asked()
    {
        var finder = new AddedTokenFinder(
        [
            new AddedToken(1, "<m>", true, false, StripLeft: true, StripRight: false, false),
            new AddedToken(2, "<m>x", true, false, false, StripRight: true, false),
            new AddedToken(3, "word", false, SingleWord: true, false, false, false),
        ]);
        const string text = "a  <m> b<m>x  words word";
        Assert.Equal(
            [("a", 0), ("  <m>", 1), (" b", 0), ("<m>x  ", 2), ("words ", 0), ("word", 3)],
            finder.Divide(text).Select(part => (text.Substring(part.Start, part.Length), part.Token?.Id ?? 0)));
    }

    [Fact]
    public void Merges_may_be_texts_and_a_prefix_space_is_added()
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        root["model"]!["merges"] = new JsonArray([.. root["model"]!["merges"]!.AsArray().Select(merge => merge is JsonArray pair
            ? (JsonNode)$"{pair[0]} {pair[1]}"
            : merge!.DeepClone())]);
        root["pre_tokenizer"]!["add_prefix_space"] = true;
        ModelTokenizer changed = root.ToTokenizer(), original = Load("gpt2");
        Assert.Equal(original.Encode(" hello world", false), changed.Encode("hello world", false));
    }

    [Fact]
    public void Form_C_joins_what_is_written_apart()
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
        ModelTokenizer tokenizer = root.ToTokenizer();
        Assert.Equal(Load("gpt2").Encode("caf\u00E9 bar", false), tokenizer.Encode("cafe\u0301 bar", false));
    }

    [Theory]
    [InlineData("""{"model": {"type": "WordPiece"}}""", "WordPiece")]
    [InlineData("""{"model": {"byte_fallback": true}}""", "byte_fallback")]
    [InlineData("""{"model": {"dropout": 0.1}}""", "dropout")]
    [InlineData("""{"model": {"end_of_word_suffix": "</w>"}}""", "end_of_word_suffix")]
    [InlineData("""{"model": {"merges": ["a"]}}""", "merges")]
    [InlineData("""{"model": {"merges": ["zz qq"]}}""", "which the vocabulary lacks")]
    [InlineData("""{"model": {"vocab": {"a": -1}}}""", "'model.vocab.a'")]
    [InlineData("""{"model": {"vocab": {"a": 1, "b": 1}}}""", "'model.vocab.b'")]
    [InlineData("""{"model": null}""", "'model' is missing")]
    [InlineData("""{"normalizer": {"type": "NFKC"}}""", "NFKC")]
    [InlineData("""{"pre_tokenizer": {"type": "Metaspace"}}""", "Metaspace")]
    [InlineData("""{"pre_tokenizer": {"type": "Digits"}}""", "ByteLevel")]
    [InlineData("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}}""", "must come last")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated"}}""", "(a")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Eaten"}}""", "Eaten")]
    [InlineData("""{"post_processor": {"type": "BertProcessing"}}""", "BertProcessing")]
    [InlineData("""{"post_processor": {"type": "TemplateProcessing", "single": []}}""", "single")]
    [InlineData("""{"decoder": {"type": "WordPiece"}}""", "WordPiece")]
    [InlineData("""{"decoder": null}""", "'decoder' is missing")]
    [InlineData("""{"added_tokens": [{"id": 300, "content": "<other>"}]}""", "gives '<other>' the id 300")]
    [InlineData("""{"added_tokens": [{"id": 2000000000, "content": "x"}]}""", "added_tokens.id")]
    public void Unsupported_kinds_are_named(string change, string expected)
    {
        JsonNode root = ChangedTokenizer.Read("gpt2");
        foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
        {
            if (key == "model" && value is System.Text.Json.Nodes.JsonObject settings)
            {
                foreach ((string name, JsonNode? setting) in settings)
                    root[key]![name] = setting?.DeepClone();
            }
            else
            {
                root[key] = value?.DeepClone();
            }
        }

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], root.ToJsonString());
        CheckpointException error = Assert.Throws<CheckpointException>(() => ModelTokenizer.FromFile(folder["tokenizer.json"]));
        Assert.Contains("tokenizer.json", error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Encoding_keeps_up_with_five_megabytes_a_second()
    {
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(SolutionFolder.Find(), "samples", "FineTune", "base-model", "tokenizer.json"));
        string text = string.Concat(Enumerable.Repeat(string.Concat(Directory.GetFiles(Path.Combine(SolutionFolder.Find(), "src", "AdapterToolkit",
            "Formats"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)), 10));
        tokenizer.Encode(text, false);
        var watch = Stopwatch.StartNew();
        int count = tokenizer.Encode(text, false).Length;
        double rate = text.Length / watch.Elapsed.TotalSeconds / 1e6;
        TestContext.Current.SendDiagnosticMessage($"{text.Length} characters to {count} tokens at {rate:F1} MB/s");

        // Leaves room for a machine that does other things beside.
        Assert.True(rate > 1, $"{rate:F2} MB/s");
    }

    private static readonly string[] s_rare = [" ", "\n", "\r\n", "\t", "  ", "'s", "'LL", "the", "12", "\u00A0", "<|im_end|>", "\u4E2D", "e\u0301",
        "\U0001D400", "\U0001F600", "\U00020000"];

    private static ModelTokenizer Load(string name) => ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", name + ".tokenizer.json"));

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];

    /// <summary>Texts of words, digits, signs, white space and characters of all planes.</summary>
    private static Gen<string> Text()
        => Gen.OneOf(
            Gen.Char[' ', '~'].Select(character => character.ToString()),
            Gen.Int[0, s_rare.Length - 1].Select(index => s_rare[index]),
            Gen.Int[0x80, 0x10FFFF].Where(Rune.IsValid).Select(value => new Rune(value).ToString()))
            .Array[0, 40].Select(string.Concat);
}
