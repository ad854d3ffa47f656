using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Shared;
using AdapterToolkit.Tests.Support;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>Files of one folder that contradict each other: said when the model is loaded, by file and name.</summary>
[Trait("Device", "cpu")]
public sealed class ContradictionTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private string Folder => _temporary["model"];

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    /// <summary>The sample's model and tokenizer with one more token.</summary>
    [Fact]
    public void A_tokenizer_with_a_token_beyond_the_vocabulary_is_refused()
    {
        string sample = Path.Combine(SolutionFolder.Find(), "samples", "FineTune", "base-model");
        Directory.CreateDirectory(Folder);
        foreach (string file in (string[])["config.json", "model.safetensors", "tokenizer.json"])
            File.Copy(Path.Combine(sample, file), Path.Combine(Folder, file));
        LlamaModel.Load(Folder, _device).Dispose();
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "tokenizer.json")))!;
        tokenizer["added_tokens"]!.AsArray()
            .Add(JsonNode.Parse(File.ReadAllText(Fixtures.OwnPathOf("cases", "15-token-beyond-the-vocabulary", "added-token.json"))));
        File.WriteAllText(Path.Combine(Folder, "tokenizer.json"), tokenizer.ToJsonString());

        Refuses("tokenizer.json has token 2048 (<|pad|>), but config.json's vocab_size is 2048");
        CheckpointException checkedAlone = Assert.Throws<CheckpointException>(() => CheckpointConsistency.Check(Folder, 2048));
        Assert.Contains("2048 (<|pad|>)", checkedAlone.Message, StringComparison.Ordinal);
        CheckpointConsistency.Check(Folder, 2049);
    }

    [Theory]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0, "b": 320, "c": 500}}}""",
        "tokenizer.json has token 320 (b), but config.json's vocab_size is 320")]
    [InlineData("tokenizer.json", """{"added_tokens": [{"id": 319, "content": "x"}, {"content": "y", "more": [{}], "id": 321}]}""",
        "tokenizer.json has token 321 (y)")]
    [InlineData("added_tokens.json", """{"<z>": 1000}""", "added_tokens.json has token 1000 (<z>)")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"0": {"content": "a"}, "320": {"content": "<w>"}}}""",
        "tokenizer_config.json has token 320 (<w>)")]
    [InlineData("generation_config.json", """{"eos_token_id": [2, 320]}""", "'eos_token_id' is 320, but config.json's vocab_size is 320")]
    [InlineData("generation_config.json", """{"pad_token_id": 400}""", "'pad_token_id' is 400")]
    public void A_file_with_a_token_beyond_the_vocabulary_is_refused(string file, string text, string expected)
    {
        TinyLlama.Write(Folder);
        File.WriteAllText(Path.Combine(Folder, file), text);
        Refuses(expected);
    }

    [Theory]
    [InlineData("tokenizer.json", """{"model": {"type": "Unigram", "vocab": [["<unk>", 0.0], ["a", -1.5]]}, "added_tokens": [], "version": "1.0"}""")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 319}, "merges": []}, "added_tokens": null}""")]
    [InlineData("tokenizer.json", """{"model": """)]
    [InlineData("generation_config.json", """{"eos_token_id": 319, "pad_token_id": -1, "bos_token_id": null}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"319": {"content": "a"}, "x": 3}}""")]
    public void Files_that_agree_are_no_obstacle(string file, string text)
    {
        TinyLlama.Write(Folder);
        File.WriteAllText(Path.Combine(Folder, file), text);
        LlamaModel.Load(Folder, _device).Dispose();
    }

    [Theory]
    [InlineData("eos_token_id", "320")]
    [InlineData("bos_token_id", "100000")]
    [InlineData("pad_token_id", "[1, 320]")]
    public void An_id_of_the_configuration_beyond_the_vocabulary_is_refused(string key, string value)
    {
        TinyLlama.Write(Folder, config: json => json[key] = JsonNode.Parse(value));
        Refuses($"'{key}'");
    }

    [Fact]
    public void Layers_beyond_the_configuration_s_are_refused_with_its_number()
    {
        TinyLlama.Write(Folder, config: json => json["num_hidden_layers"] = 2);
        CheckpointException refused = Refuses("'model.layers.2.");
        Assert.Contains("The model has 2 of 'model.layers'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'num_hidden_layers' in config.json", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_that_the_files_lack_are_refused()
    {
        TinyLlama.Write(Folder, config: json => json["num_hidden_layers"] = 4);
        Refuses("'model.layers.3.");
    }

    [Fact]
    public void A_vocabulary_of_another_size_than_the_embedding_s_is_refused()
    {
        TinyLlama.Write(Folder, config: json => json["vocab_size"] = 321);
        Refuses("its shape is [320, 48]; the model needs [321, 48]");
    }

    [Fact]
    public void A_head_beside_a_tied_embedding_must_be_the_embedding()
    {
        const string embedding = "model.embed_tokens.weight", head = "lm_head.weight";
        TinyLlama.Write(Folder, tensors => tensors.Append(Copy(tensors.Single(tensor => tensor.Name == embedding), head)));
        using (LlamaModel model = LlamaModel.Load(Folder, _device), golden = LlamaModel.Load(TinyLlama.Folder, _device))
            Assert.Equal(golden.BaseIdentity, model.BaseIdentity);

        TinyLlama.Write(Folder, tensors => tensors.Append(Copy(tensors.Single(tensor => tensor.Name == embedding), head).WithBytes(bytes => bytes[4000] ^= 1)));
        Assert.Equal(head, Refuses("'tie_word_embeddings' in config.json").TensorName);
        LlamaModel.Load(Folder, _device, new LoadOptions { MapTensor = tensor => tensor.Name == head ? TensorMapping.Ignore : null },
            TestContext.Current.CancellationToken)
            .Dispose();
        TinyLlama.WriteConfig(Folder, json => json["tie_word_embeddings"] = false);
        LlamaModel.Load(Folder, _device).Dispose();
    }

    [Fact]
    public void A_duplicate_key_of_the_configuration_is_refused()
    {
        TinyLlama.Write(Folder);
        string path = Path.Combine(Folder, LlamaConfig.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"use_cache\":true", "\"use_cache\":true,\"use_cache\":false", StringComparison.Ordinal));
        Refuses("use_cache");
    }

    [Fact]
    public void A_tensor_that_the_index_does_not_list_or_lists_elsewhere_is_refused()
    {
        TinyLlama.WriteShards(Folder, name => name.Contains("layers.1", StringComparison.Ordinal));
        LlamaModel.Load(Folder, _device).Dispose();
        ChangeIndex(map => map.Remove(Query));
        Refuses("does not list it");
        TinyLlama.WriteShards(Folder, name => name.Contains("layers.1", StringComparison.Ordinal));
        const string second = "model-00002-of-00002.safetensors";
        SafetensorsTensor[] tensors = [.. TensorsOf(second), Copy(TensorsOf("model-00001-of-00002.safetensors").Single(tensor => tensor.Name == Query), Query)];
        SafetensorsWriter.Write(Path.Combine(Folder, "new.safetensors"), tensors);
        File.Move(Path.Combine(Folder, "new.safetensors"), Path.Combine(Folder, second), overwrite: true);
        Refuses("says that it lies in 'model-00001-of-00002.safetensors'");
    }

    [Fact]
    public void Two_checkpoints_in_one_folder_are_refused()
    {
        TinyLlama.WriteShards(Folder, name => name.Contains("layers.1", StringComparison.Ordinal));
        SafetensorsWriter.Write(Path.Combine(Folder, Checkpoint.SingleFileName), TinyLlama.TensorsOf(TinyLlama.Folder));
        Refuses("the folder holds two checkpoints");
        foreach (string shard in Directory.GetFiles(Folder, "*-of-*.safetensors"))
            File.Delete(shard);
        ListLogger logger = new();
        LlamaModel.Load(Folder, _device, new LoadOptions { Logger = logger }, TestContext.Current.CancellationToken).Dispose();
        Assert.Contains("lists files that are not there",
            Assert.Single(logger.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
        ChangeIndex(map => map.Remove(Query));
        Refuses("lists other tensors than 'model.safetensors' holds");
    }

    [Fact]
    public void A_total_size_that_is_wrong_is_said()
    {
        TinyLlama.WriteShards(Folder, name => name.Contains("layers.1", StringComparison.Ordinal));
        long bytes = TinyLlama.TensorsOf(TinyLlama.Folder).Sum(tensor => tensor.ByteLength);
        Assert.Empty(Warnings(bytes));
        Assert.Contains($"'metadata.total_size' is {bytes + 4}, but the tensors have {bytes} bytes",
            Assert.Single(Warnings(bytes + 4)), StringComparison.Ordinal);

        IEnumerable<string> Warnings(long stated)
        {
            string path = Path.Combine(Folder, Checkpoint.IndexFileName);
            JsonObject index = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            index["metadata"] = new JsonObject { ["total_size"] = stated };
            File.WriteAllText(path, index.ToJsonString());
            ListLogger logger = new();
            LlamaModel.Load(Folder, _device, new LoadOptions { Logger = logger }, TestContext.Current.CancellationToken).Dispose();
            return logger.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal));
        }
    }

    private static SafetensorsTensor Copy(SafetensorsTensor tensor, string name) =>
        SafetensorsTensor.OfBytes(name, tensor.Type, tensor.Shape.AsSpan(), tensor.BytesOf());

    private List<SafetensorsTensor> TensorsOf(string file)
    {
        using SafetensorsFile shard = SafetensorsFile.Open(Path.Combine(Folder, file));
        return [.. shard.Entries.Select(entry => SafetensorsTensor.OfBytes(entry.Name, entry.Type, entry.Shape.AsSpan(), shard.ReadBytes(entry.Name)))];
    }

    private void ChangeIndex(Action<JsonObject> change)
    {
        string path = Path.Combine(Folder, Checkpoint.IndexFileName);
        JsonObject index = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(index["weight_map"]!.AsObject());
        File.WriteAllText(path, index.ToJsonString());
    }

    private CheckpointException Refuses(string problem)
    {
        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(Folder, _device));
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(Folder, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _device.HeldBytes);
        return refused;
    }
}
