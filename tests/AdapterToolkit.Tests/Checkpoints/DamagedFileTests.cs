using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using CsCheck;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>
/// Files with a few bytes changed, removed or repeated: reading them succeeds or fails with <see cref="CheckpointException"/>, never otherwise.
/// </summary>
public sealed class DamagedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Configurations() =>
        Damage(File.ReadAllBytes(Fixtures.PathOf("llama-tiny", "base", LlamaConfig.FileName)), 2000, path => LlamaConfig.FromFile(path));

    [Fact]
    public void Adapter_settings() =>
        Damage(
            File.ReadAllBytes(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter", PeftAdapterConfig.FileName)),
            2000,
            path => PeftAdapterConfig.FromFile(path));

    [Fact]
    public void Tokenizers()
        => Damage(
            """
            {"added_tokens": [{"id": 0, "content": "<|endoftext|>", "special": true, "lstrip": false}], "normalizer": null,
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": "\\s+|[a-z]+"}, "behavior": "Isolated", "invert": false},
              {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|endoftext|>"}}, {"Sequence": {"id": "A"}}],
              "special_tokens": {"<|endoftext|>": {"ids": [0]}}},
             "decoder": {"type": "ByteLevel"},
             "model": {"type": "BPE", "vocab": {"<|endoftext|>": 0, "a": 1, "b": 2, "ab": 3, "aba": 4}, "merges": [["a", "b"], "ab a"]}}
            """u8.ToArray(),
            2000,
            path =>
            {
                ModelTokenizer tokenizer = ModelTokenizer.FromFile(path);
                tokenizer.Decode(tokenizer.Encode("abab \U0001F600 ba\n", addSpecialTokens: true), skipSpecialTokens: false);
            });

    [Fact]
    public void Indices()
    {
        SafetensorsWriter.Write(_folder["a.safetensors"],
            [SafetensorsTensor.OfFloats("v", [1], new float[1]), SafetensorsTensor.OfFloats("w", [1], new float[1])]);
        Damage(
            """{"metadata": {"total_size": 8}, "weight_map": {"v": "a.safetensors", "w": "a.safetensors"}}"""u8.ToArray(),
            1000,
            _ => Checkpoint.Open(_folder.Path).Dispose(),
            Checkpoint.IndexFileName);
    }

    private void Damage(byte[] whole, int count, Action<string> read, string fileName = "damaged.json")
    {
        string path = _folder[fileName];
        File.WriteAllBytes(path, whole);
        read(path);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 8],
            Gen.OneOf(Gen.Byte.Array[0, 8], Gen.Char['0', '}'].Array[0, 4].Select(text => text.Select(character => (byte)character).ToArray())))
            .Array[1, 3].Sample(
                changes =>
                {
                    List<byte> damaged = [.. whole];
                    foreach ((int position, int removed, byte[] added) in changes)
                    {
                        int start = Math.Min(position, damaged.Count);
                        damaged.RemoveRange(start, Math.Min(removed, damaged.Count - start));
                        damaged.InsertRange(start, added);
                    }

                    File.WriteAllBytes(path, [.. damaged]);
                    try
                    {
                        read(path);
                    }
                    catch (CheckpointException error)
                    {
                        Assert.Contains(_folder.Path, error.Message);
                    }
                },
                iter: count,
                threads: 1);
    }
}
