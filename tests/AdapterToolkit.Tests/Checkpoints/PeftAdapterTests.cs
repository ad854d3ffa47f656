using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public sealed class PeftAdapterTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj", Value = "model.layers.1.self_attn.v_proj";
    private const string Prefix = "base_model.model.";

    private readonly TemporaryFolder _folder = new();

    private string AdapterFolder => _folder["adapter"];

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool> GoldenAdapters => new()
    {
        { "lora_all_r4", false },
        { "lora_qv_r8_rslora", true },
    };

    [Theory]
    [MemberData(nameof(GoldenAdapters))]
    public void Golden_adapters_read_and_are_written_back(string name, bool rankStabilized)
    {
        string source = Fixtures.PathOf("llama-tiny", name, "adapter");
        PeftAdapterFile adapter = PeftAdapterFile.Read(source);
        Assert.Equal(rankStabilized, adapter.Config.RankStabilized);
        Assert.NotEmpty(adapter.Layers);
        foreach (PeftLayer layer in adapter.Layers)
        {
            double alpha = adapter.Config.Alpha;
            Assert.Equal(rankStabilized ? alpha / Math.Sqrt(layer.Rank) : alpha / layer.Rank, layer.Scaling);
            Assert.Equal((layer.Rank * layer.InFeatures, layer.OutFeatures * layer.Rank), (layer.A.Length, layer.B.Length));
        }

        adapter.Write(AdapterFolder);
        PeftAdapterFile again = PeftAdapterFile.Read(AdapterFolder);
        AssertSame(adapter, again);
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(source, PeftAdapterFile.TensorsFileName)),
            actual = SafetensorsFile.Open(Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName));
        Assert.Equal(expected.Entries.Select(entry => entry.ToString()), actual.Entries.Select(entry => entry.ToString()));
    }

    [Fact]
    public void Several_adapters_of_one_model_read()
    {
        foreach (string path in Directory.GetDirectories(Fixtures.PathOf("llama-tiny", "multi")))
            Assert.NotEmpty(PeftAdapterFile.Read(path).Layers);
    }

    [Fact]
    public void Layers_that_differ_are_described_by_patterns()
    {
        PeftLayer query = Layer(Query, 4, 2.0), value = Layer(Value, 2, 8 / Math.Sqrt(2)), key = Layer("model.layers.0.self_attn.k_proj", 4, 2.0);
        PeftAdapterConfig config = PeftAdapterConfig.FromLayers([query, value, key], rankStabilized: true);
        Assert.Equal((4, 4.0), (config.Rank, config.Alpha));
        Assert.Equal((2, 8.0), (config.RankOf(Value), config.AlphaOf(Value)));
        Assert.Equal(4, config.RankOf("model.layers.11.self_attn.v_proj"));
        var adapter = new PeftAdapterFile(config with { ModulesToSave = ["norm"], BaseModel = "base" }, [key, query, value],
            [new PeftSavedTensor("model.norm.weight", [3], new float[] { 1, 2, 3 })]);
        adapter.Write(AdapterFolder);
        PeftAdapterFile again = PeftAdapterFile.Read(AdapterFolder);
        AssertSame(adapter, again);
        Assert.Equal("base", again.Config.BaseModel);
        Assert.Equal([1f, 2f, 3f], Assert.Single(again.SavedTensors).Values.ToArray());
    }

    [Fact]
    public void Patterns_match_the_last_parts_of_a_path()
    {
        var config = new PeftAdapterConfig
        {
            Rank = 8,
            Alpha = 16,
            TargetModules = ["q_proj"],
            RankPattern = new Dictionary<string, int> { ["layers.0.self_attn.q_proj"] = 4, ["^q_proj"] = 2, [@"layers\.\d+\.mlp\.up_proj"] = 3 },
            AlphaPattern = new Dictionary<string, double> { ["q_proj"] = 32 },
        };
        Assert.Equal((4, 8.0), (config.RankOf(Query), config.ScalingOf(Query)));
        Assert.Equal(8, config.RankOf("model.layers.10.self_attn.q_proj"));
        Assert.Equal(3, config.RankOf("model.layers.10.mlp.up_proj"));
        Assert.Equal(16, config.AlphaOf("model.layers.0.xq_proj"));
        Assert.True(config.Targets(Query));
        Assert.False(config.Targets("model.layers.0.xq_proj"));
        Assert.True((config with { TargetExpression = @".*\.(q|v)_proj" }).Targets(Value));
        Assert.False((config with { TargetExpression = "q_proj" }).Targets(Query));
        Assert.True((config with { TargetExpression = "all-linear" }).Targets("anything"));
    }

    [Theory]
    [InlineData("""{"exclude_modules": ["q_proj"]}""", false, true)]
    [InlineData("""{"exclude_modules": ["layers.0.self_attn.q_proj"]}""", false, true)]
    [InlineData("""{"exclude_modules": "model\\.layers\\.1\\..*"}""", true, false)]
    [InlineData("""{"exclude_modules": ["xq_proj"]}""", true, true)]
    [InlineData("""{"layers_to_transform": 0}""", true, false)]
    [InlineData("""{"layers_to_transform": [1, 4]}""", false, true)]
    [InlineData("""{"layers_to_transform": []}""", true, true)]
    [InlineData("""{"layers_to_transform": [1], "layers_pattern": "layers"}""", false, true)]
    [InlineData("""{"layers_to_transform": [1], "layers_pattern": ["h", "layers"]}""", false, true)]
    [InlineData("""{"layers_to_transform": [1], "layers_pattern": "h"}""", false, false)]
    [InlineData("""{"target_modules": ".*_proj", "layers_to_transform": [7]}""", true, true)]
    public void Layers_are_left_out_by_name_and_number(string change, bool query, bool value)
    {
        PeftLayer layer = Layer(Query, 4, 2);
        new PeftAdapterFile(PeftAdapterConfig.FromLayers([layer, layer with { Path = Value }]), [layer], []).Write(AdapterFolder);
        string path = Path.Combine(AdapterFolder, PeftAdapterConfig.FileName);
        JsonNode root = JsonNode.Parse(File.ReadAllText(path))!;
        foreach ((string key, JsonNode? node) in JsonNode.Parse(change)!.AsObject())
            root[key] = node?.DeepClone();
        File.WriteAllText(path, root.ToJsonString());

        PeftAdapterConfig config = PeftAdapterConfig.FromFile(path);

        Assert.Equal((query, value), (config.Targets(Query), config.Targets(Value)));
        if (query)
            Assert.Single(PeftAdapterFile.Read(AdapterFolder).Layers);
        else
            Assert.Contains("leave it out", Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_module_to_save_needs_a_tensor()
    {
        PeftLayer layer = Layer(Query, 4, 2);
        PeftAdapterConfig config = PeftAdapterConfig.FromLayers([layer]) with { ModulesToSave = ["norm", "lm_head"] };
        PeftSavedTensor norm = new("model.norm.weight", [3], new float[] { 1, 2, 3 }), head = new("lm_head.weight", [2], new float[] { 1, 2 });
        new PeftAdapterFile(config, [layer], [norm, head]).Write(AdapterFolder);
        Assert.Equal(2, PeftAdapterFile.Read(AdapterFolder).SavedTensors.Count);

        new PeftAdapterFile(config, [layer], [norm]).Write(AdapterFolder);
        CheckpointException refused = Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder));
        Assert.Contains("no tensor of 'lm_head', which 'modules_to_save'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(PeftAdapterFile.TensorsFileName, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("task_type", "null")]
    [InlineData("inference_mode", "null")]
    [InlineData("use_dora", "0")]
    [InlineData("use_rslora", "0")]
    [InlineData("bias", "false")]
    [InlineData("bias", "\"\"")]
    [InlineData("lora_bias", "\"\"")]
    [InlineData("layer_replication", "[]")]
    [InlineData("modules_to_save", "\"\"")]
    [InlineData("rank_pattern", "[]")]
    [InlineData("alpha_pattern", "false")]
    [InlineData("exclude_modules", "\"\"")]
    [InlineData("lora_dropout", "false")]
    public void Off_is_read_however_it_is_written(string key, string value)
    {
        WriteValid();
        string path = Path.Combine(AdapterFolder, PeftAdapterConfig.FileName);
        JsonNode root = JsonNode.Parse(File.ReadAllText(path))!;
        root[key] = JsonNode.Parse(value);
        File.WriteAllText(path, root.ToJsonString());

        Assert.Single(PeftAdapterFile.Read(AdapterFolder).Layers);
    }

    [Fact]
    public void Writing_checks_layers_against_the_settings()
    {
        PeftLayer layer = Layer(Query, 4, 2);
        PeftAdapterConfig config = PeftAdapterConfig.FromLayers([layer]);
        foreach (
            PeftLayer wrong in new[] { layer with { Scaling = 3 }, Layer(Query, 3, 2), layer with { Path = "model.lm_head" }, layer with { A = new float[3] } })
            Assert.Throws<ArgumentException>(() => new PeftAdapterFile(config, [wrong], []).Write(AdapterFolder));
        Assert.False(Directory.Exists(AdapterFolder));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_neither_written_nor_read(float number)
    {
        PeftLayer layer = Layer(Query, 4, 2);
        PeftAdapterFile whole = new(
            PeftAdapterConfig.FromLayers([layer]) with { ModulesToSave = ["norm"] }, [layer],
                [new PeftSavedTensor("model.norm.weight", [3], new float[] { 1, 2, 3 })]);
        float[] factor = new float[24], norm = [1, 2, number];
        factor[7] = number;
        (string Tensor, PeftAdapterFile File)[] damaged =
        [
            (Query + ".lora_A.weight", whole with { Layers = [layer with { A = factor }] }),
            (Query + ".lora_B.weight", whole with { Layers = [layer with { B = factor.AsMemory(..20) }] }),
            ("model.norm.weight", whole with { SavedTensors = [whole.SavedTensors[0] with { Values = norm }] }),
        ];
        foreach ((string tensor, PeftAdapterFile file) in damaged)
        {
            InvalidOperationException written = Assert.Throws<InvalidOperationException>(() => file.Write(AdapterFolder));
            Assert.Contains($"'{tensor}'", written.Message, StringComparison.Ordinal);
            Assert.Contains($"'{Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName)}'", written.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(AdapterFolder));
        }

        whole.Write(AdapterFolder);
        string path = Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName);
        List<SafetensorsTensor> tensors = TinyLlama.TensorsIn(path);
        foreach (SafetensorsTensor tensor in tensors)
        {
            SafetensorsWriter.Write(path, [.. tensors.Replacing(tensor.Name, found => found.WithBytes(bytes => MemoryMarshal.Write(bytes.AsSpan(8), number)))]);
            AssertFails(path, tensor.Name, $"its number 2 is {number.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    [Theory]
    [InlineData("""{"peft_type": "PREFIX_TUNING"}""", "'peft_type' is 'PREFIX_TUNING'")]
    [InlineData("""{"use_dora": true}""", "'use_dora' is true")]
    [InlineData("""{"bias": "all"}""", "'bias' is 'all'")]
    [InlineData("""{"fan_in_fan_out": true}""", "'fan_in_fan_out'")]
    [InlineData("""{"lora_bias": true}""", "'lora_bias'")]
    [InlineData("""{"layer_replication": [[0, 1]]}""", "'layer_replication'")]
    [InlineData("""{"init_lora_weights": "pissa_niter_16"}""", "'pissa_niter_16'")]
    [InlineData("""{"r": 0}""", "'r' is 0")]
    [InlineData("""{"r": 2000000000}""", "'r' is 2000000000")]
    [InlineData("""{"lora_alpha": -1}""", "'lora_alpha' is -1")]
    [InlineData("""{"lora_alpha": null}""", "'lora_alpha' is missing")]
    [InlineData("""{"target_modules": null}""", "'target_modules' is missing")]
    [InlineData("""{"target_modules": "(q"}""", "(q")]
    [InlineData("""{"rank_pattern": {"q_proj": "4"}}""", "'rank_pattern.q_proj'")]
    [InlineData("""{"rank_pattern": {"(": 4}}""", "'rank_pattern'")]
    [InlineData("""{"lora_dropout": 2}""", "'lora_dropout' is 2")]
    [InlineData("""{"inference_mode": "x"}""", "'inference_mode' is not true or false")]
    [InlineData("""{"task_type": "SEQ_CLS"}""", "'task_type' is 'SEQ_CLS'")]
    [InlineData("""{"task_type": 3}""", "'task_type' is not a text")]
    [InlineData("""{"modules_to_save": ["lm_head"]}""", "no tensor of 'lm_head'")]
    public void Unsupported_settings_are_named(string change, string expected)
    {
        WriteValid();
        string path = Path.Combine(AdapterFolder, PeftAdapterConfig.FileName);
        JsonNode root = JsonNode.Parse(File.ReadAllText(path))!;
        foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
            root[key] = value?.DeepClone();
        File.WriteAllText(path, root.ToJsonString());
        CheckpointException error = Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder));
        Assert.Contains(PeftAdapterConfig.FileName, error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData(Prefix + Query + ".lora_A.weight", new long[] { 3, 6 }, "is of rank 3")]
    [InlineData(Prefix + Query + ".lora_A.weight", new long[] { 24 }, "not that of a matrix")]
    [InlineData(Prefix + Query + ".lora_B.weight", new long[] { 4, 5 }, "is of rank 5")]
    [InlineData(Prefix + Query + ".lora_B.weight", null, "the tensor is missing")]
    [InlineData(Prefix + Query + ".lora_A.weight", null, "the tensor is missing")]
    [InlineData(Prefix + Query + ".lora_magnitude_vector", new long[] { 5 }, "DoRA")]
    [InlineData(Prefix + "model.embed_tokens.lora_embedding_A", new long[] { 5 }, "embeddings")]
    [InlineData(Prefix + "model.norm.weight", new long[] { 5 }, "unknown")]
    [InlineData("something", new long[] { 5 }, "unknown")]
    public void Wrong_tensors_are_named(string name, long[]? shape, string expected)
    {
        WriteValid();
        string path = Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName);
        var tensors = new Dictionary<string, long[]> { [Prefix + Query + ".lora_A.weight"] = [4, 6], [Prefix + Query + ".lora_B.weight"] = [5, 4] };
        if (shape is null)
            tensors.Remove(name);
        else
            tensors[name] = shape;
        SafetensorsWriter.Write(path, [.. tensors.Select(tensor => SafetensorsTensor.OfFloats(tensor.Key, tensor.Value, span => span.Clear()))]);
        AssertFails(path, name, expected);
    }

    [Fact]
    public void Layers_that_the_settings_do_not_target_are_errors()
    {
        WriteValid();
        string path = Path.Combine(AdapterFolder, PeftAdapterConfig.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"q_proj\"", "\"k_proj\""));
        AssertFails(Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName), Prefix + Query + ".lora_A.weight", "does not name the layer");
    }

    [Fact]
    public void Missing_files_and_endless_expressions_are_errors()
    {
        Assert.Contains(PeftAdapterConfig.FileName, Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder)).Message);
        WriteValid();
        string path = Path.Combine(AdapterFolder, PeftAdapterConfig.FileName);
        JsonNode root = JsonNode.Parse(File.ReadAllText(path))!;
        root["rank_pattern"] = JsonNode.Parse("""{"(([a-z0-9_.]+)+)+!": 4}""");
        File.WriteAllText(path, root.ToJsonString());
        Assert.Contains("takes too long", Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder)).Message);
        File.Delete(Path.Combine(AdapterFolder, PeftAdapterFile.TensorsFileName));
        Assert.Contains(PeftAdapterFile.TensorsFileName, Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder)).Message);
    }

    [Fact]
    public void Real_model_s_adapter_reads()
    {
        PeftAdapterFile adapter = PeftAdapterFile.Read(Path.Combine(PretrainedModels.FolderOf("smollm2-135m-instruct"), "adapter"));
        Assert.Equal(7 * 30, adapter.Layers.Count);
        Assert.All(adapter.Layers, layer => Assert.Equal(adapter.Config.Alpha / adapter.Config.Rank, layer.Scaling));
    }

    private static PeftLayer Layer(string path, int rank, double scaling)
        => new(path, rank, 6, 5, Enumerable.Range(0, 6 * rank).Select(i => i + 0.5f).ToArray(),
            Enumerable.Range(0, 5 * rank).Select(i => -i * 0.25f).ToArray(), scaling);

    private static void AssertSame(PeftAdapterFile expected, PeftAdapterFile actual)
    {
        Assert.Equal(expected.Layers.Select(Describe).Order(), actual.Layers.Select(Describe));
        Assert.Equal(expected.Config.TargetModules, actual.Config.TargetModules);
        Assert.Equal(expected.Config.RankPattern, actual.Config.RankPattern);
        Assert.Equal(expected.Config.AlphaPattern, actual.Config.AlphaPattern);

        static string Describe(PeftLayer layer)
            => $"{layer.Path} {layer.Rank} {layer.InFeatures} {layer.OutFeatures} {layer.Scaling:R} "
                + $"{string.Join(' ', layer.A.ToArray())} {string.Join(' ', layer.B.ToArray())}";
    }

    private void WriteValid()
    {
        PeftLayer layer = Layer(Query, 4, 2);
        new PeftAdapterFile(PeftAdapterConfig.FromLayers([layer]), [layer], []).Write(AdapterFolder);
    }

    private void AssertFails(string path, string tensor, string problem)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(AdapterFolder));
        Assert.Contains(path, error.Message);
        Assert.Equal(tensor, error.TensorName);
        Assert.Contains(problem, error.Message);
    }
}
