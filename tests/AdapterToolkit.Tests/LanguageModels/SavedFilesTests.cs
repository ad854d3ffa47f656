using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>What lies beside the weights of a saved model: configuration, tokenizer, templates and licence of the base.</summary>
[Trait("Device", "cpu")]
public sealed class SavedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new();

    private string BaseFolder => _folder["base"];

    private string Saved => _folder["saved"];

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Every_tokenizer_and_template_file_is_copied_and_nothing_else()
    {
        MakeBase();
        string extra = Fixtures.OwnPathOf("cases", "09-tokenizer-files-missing-in-merged", "b1-extra");
        string[] odd =
        [
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tekken.json",
            "qwen.tiktoken", "preprocessor_config.json", "chat_template.jinja", "NOTICE.txt", "LICENSE.md", "tokenizer.model.v3", "original/tokenizer.model",
        ];
        string[] foreign =
        [
            "pytorch_model.bin", "pytorch_model.bin.index.json", "model.Q4_1.gguf", "README.md", "notes.txt",
            "tokenized.jsonl", "token_cache.bin", "trainer_state.json", "checkpoint-5/tokenizer.json",
            "checkpoint-5/config.json", "adapter/adapter_config.json", "adapter/tokenizer.json", ".cache/tokenizer.json",
        ];
        foreach (string name in (string[])[.. odd, .. foreign])
            Write(name, name.EndsWith(".json", StringComparison.Ordinal) ? "{}" : $"the text of {name}");
        foreach (string file in Directory.GetFiles(extra, "*", SearchOption.AllDirectories))
            Write(Path.GetRelativePath(extra, file), File.ReadAllText(file));
        string[] expected = [.. odd, .. Directory.GetFiles(extra, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(extra, file))];
        Save();

        Assert.Equal(
            ((string[])[.. expected, "config.json", "model.safetensors"]).Select(Slashes).Order(StringComparer.Ordinal),
            Directory.GetFiles(Saved, "*", SearchOption.AllDirectories).Select(file => Slashes(Path.GetRelativePath(Saved, file)))
                .Where(name => name[0] != '.').Order(StringComparer.Ordinal));
        Assert.All(expected, name => Assert.Equal(File.ReadAllBytes(Path.Combine(BaseFolder, name)), File.ReadAllBytes(Path.Combine(Saved, name))));

        static string Slashes(string path) => path.Replace('\\', '/');
    }

    [Fact]
    public void Links_as_in_a_cache_become_files_and_one_to_nowhere_is_an_error_by_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making symbolic links needs a privilege on Windows.");
        MakeBase();
        File.WriteAllText(_folder["blob"], "{}");
        File.CreateSymbolicLink(Path.Combine(BaseFolder, "tokenizer.json"), Path.Combine("..", "blob"));
        File.Move(Path.Combine(BaseFolder, "config.json"), _folder["config-blob"]);
        File.CreateSymbolicLink(Path.Combine(BaseFolder, "config.json"), Path.Combine("..", "config-blob"));
        Save();

        foreach (string name in (string[])["tokenizer.json", "config.json"])
        {
            Assert.Null(new FileInfo(Path.Combine(Saved, name)).LinkTarget);
            Assert.Equal(File.ReadAllText(Path.Combine(BaseFolder, name)), File.ReadAllText(Path.Combine(Saved, name)));
        }

        File.CreateSymbolicLink(Path.Combine(BaseFolder, "special_tokens_map.json"), "gone");
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        Assert.Contains("special_tokens_map.json", Assert.Throws<CheckpointException>(() => model.Save(_folder["other"])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["other"]));
    }

    [Fact]
    public void A_configuration_keeps_what_has_not_changed_as_it_is_written()
    {
        MakeBase();
        string path = Path.Combine(BaseFolder, "config.json");
        string text = File.ReadAllText(path).TrimEnd()[..^1].TrimEnd() + ",\n  \"rms_norm_eps_copy\": 1e-05,\n  \"big\": 123456789012345678901234567890,\n"
            + "  \"name\": \"caf\\u00e9 <|x|> é\",\n\t\"torch_dtype\" : \"float32\",\n  \"nested\": { \"b\":[1.0,  2] }\n}\n";
        File.WriteAllText(path, text);
        Save();
        Assert.Equal(text, File.ReadAllText(Path.Combine(Saved, "config.json")));

        using (LlamaModel model = LlamaModel.Load(BaseFolder, _device))
            model.Save(_folder["quantized"]);
        string quantized = File.ReadAllText(Path.Combine(_folder["quantized"], "config.json"));
        int added = quantized.IndexOf(",\n  \"quantization_config\"", StringComparison.Ordinal);
        Assert.Equal(text.TrimEnd()[..^1].TrimEnd(), quantized[..added]);

        // Saved from there in float32, the entry is gone and the text the same.
        using (LlamaModel model = LlamaModel.Load(_folder["quantized"], _device, WeightStorage.Dense))
            model.Save(_folder["dense"]);
        Assert.Equal(text, File.ReadAllText(Path.Combine(_folder["dense"], "config.json")));
    }

    [Theory]
    [InlineData(0, """{"eos_token_id": 2, "bos_token_id": 1}""", "[2,0]", "[2,0]")]
    [InlineData(2, """{"eos_token_id": [2]}""", "2", "[2]")]
    [InlineData(2, """{"eos_token_id": [3, 2]}""", "[3,2]", "[3,2]")]
    [InlineData(2, """{}""", "2", "2")]
    [InlineData(2, null, "2", null)]
    public void Both_files_say_the_same_tokens_end_a_text(int config, string? generation, string expectedConfig, string? expectedGeneration)
    {
        MakeBase(("eos_token_id", config));
        if (generation is not null)
            Write("generation_config.json", generation);
        Save();

        Assert.Equal(expectedConfig, EndIn("config.json"));
        Assert.Equal(expectedGeneration, EndIn("generation_config.json"));
    }

    [Fact]
    public void Given_end_tokens_are_named_in_both_files()
    {
        MakeBase(("eos_token_id", 0), ("bos_token_id", 1));
        Save(new SaveOptions { EndTokens = EndTokens.Of(5, 0) });
        Assert.Equal(("[5,0]", "[5,0]"), (EndIn("config.json"), EndIn("generation_config.json")));
        Assert.Equal(1, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(Saved, "generation_config.json")))!["bos_token_id"]!);
        Assert.Equal([5, 0], EndTokens.FromFolder(Saved).Ids);

        Write("generation_config.json", """{"do_sample": true, "temperature": 0.60}""");
        Save(new SaveOptions { EndTokens = EndTokens.Of(5) });
        Assert.Equal("""{"do_sample": true, "temperature": 0.60,"eos_token_id": 5}""", File.ReadAllText(Path.Combine(Saved, "generation_config.json")));
        Assert.Equal("5", EndIn("config.json"));
    }

    [Fact]
    public void A_file_of_generation_that_can_not_be_read_is_copied_as_it_is()
    {
        MakeBase();
        Write("generation_config.json", """{"eos_token_id": "</s>"}""");
        Save();

        Assert.Equal("""{"eos_token_id": "</s>"}""", File.ReadAllText(Path.Combine(Saved, "generation_config.json")));
    }

    [Fact]
    public void A_given_chat_template_takes_the_place_of_all_others()
    {
        MakeBase();
        Write("chat_template.json", "{}");
        Write("chat_template.jinja", "old");
        Write("additional_chat_templates/tool_use.jinja", "old");
        Write("tokenizer_config.json", "{\n  \"bos_token\": \"<s>\",\n  \"chat_template\": \"old\"\n}");
        File.WriteAllText(_folder["given.jinja"], "new");
        Save(new SaveOptions { ChatTemplateFile = _folder["given.jinja"] });

        Assert.Equal("new", File.ReadAllText(Path.Combine(Saved, "chat_template.jinja")));
        Assert.Equal("{\n  \"bos_token\": \"<s>\"\n}", File.ReadAllText(Path.Combine(Saved, "tokenizer_config.json")));
        Assert.False(File.Exists(Path.Combine(Saved, "chat_template.json")));
        Assert.False(Directory.Exists(Path.Combine(Saved, "additional_chat_templates")));
        Assert.Throws<CheckpointException>(() => Save(new SaveOptions { ChatTemplateFile = _folder["missing.jinja"] }));
    }

    [Fact]
    public void A_model_is_not_saved_over_the_one_that_it_was_loaded_from()
    {
        MakeBase();
        byte[] before = File.ReadAllBytes(Path.Combine(BaseFolder, "model.safetensors"));
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device);

        ArgumentException refused = Assert.Throws<ArgumentException>(() => model.Save(Path.Combine(BaseFolder, "..", "base") + Path.DirectorySeparatorChar));

        Assert.Contains("another folder", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(BaseFolder, "model.safetensors")));
    }

    private void MakeBase(params (string Key, JsonNode? Value)[] changes) => CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.F32, changes);

    private void Write(string name, string text)
    {
        string path = Path.Combine(BaseFolder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Save(SaveOptions? options = null)
    {
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        model.Save(Saved, options ?? new SaveOptions());
    }

    private string? EndIn(string name)
    {
        string path = Path.Combine(Saved, name);
        return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!["eos_token_id"]?.ToJsonString() : null;
    }
}
