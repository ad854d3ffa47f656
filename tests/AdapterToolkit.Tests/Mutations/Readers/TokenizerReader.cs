using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A <c>tokenizer.json</c>, and a text encoded and decoded with what it says.</summary>
internal sealed class TokenizerReader : MutatedReader
{
    private const string Text = "abab \U0001F600 ba\n  12345 it's <|endoftext|> caf\u00e9";

    /// <summary>A small tokenizer.</summary>
    public static byte[] Small { get; } = Encoding.UTF8.GetBytes(
        """
        {"added_tokens": [{"id": 0, "content": "<|endoftext|>", "special": true, "lstrip": false}], "normalizer": null,
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
          {"type": "Split", "pattern": {"Regex": "\\s+|[a-z]+"}, "behavior": "Isolated", "invert": false},
          {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|endoftext|>"}}, {"Sequence": {"id": "A"}}],
          "special_tokens": {"<|endoftext|>": {"ids": [0]}}},
         "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "vocab": {"<|endoftext|>": 0, "a": 1, "b": 2, "ab": 3, "aba": 4}, "merges": [["a", "b"], "ab a"]}}
        """);

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        Seed(Small),
        .. Fixtures.Files("tokenizer", "*.tokenizer.json").Select(path => Seed(File.ReadAllBytes(path))),
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, ModelTokenizer.FileName));
        tokenizer.Decode(tokenizer.Encode(Text, addSpecialTokens: true), skipSpecialTokens: false);
    }

    private static Dictionary<string, byte[]> Seed(byte[] tokenizer) => new() { [ModelTokenizer.FileName] = tokenizer };
}
