using System.Text;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Quantization;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>The element types of saved models: what other programs read must run as it is.</summary>
[Trait("Device", "cpu")]
public sealed class SavedTypeTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight", Embedding = "model.embed_tokens.weight", Norm = "model.norm.weight";
    private const string StateSuffix = ".quant_state.bitsandbytes__nf4";

    private static readonly int[] s_ids = [1, 5, 9, 2, 7];

    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new();

    private string BaseFolder => _folder["base"];

    private string Saved => _folder["saved"];

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    /// <summary>Files that transformers and bitsandbytes wrote: loaded and saved, they are the same.</summary>
    [Fact]
    public void A_checkpoint_of_bitsandbytes_is_saved_as_it_was()
    {
        string source = Fixtures.PathOf("families", "qwen3", "nf4");
        using (Qwen3Weights model = new())
        {
            model.LoadCheckpoint(source, _device);
            Assert.Equal(0, model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken));
        }

        AssertSameTensors(source, Saved);
        foreach (string name in (string[])["config.json", "generation_config.json"])
            Assert.Equal(File.ReadAllText(Path.Combine(source, name)), File.ReadAllText(Path.Combine(Saved, name)));
    }

    [Theory]
    [InlineData(SafetensorsType.BF16, "bfloat16", "dtype")]
    [InlineData(SafetensorsType.F16, "float16", "torch_dtype")]
    [InlineData(SafetensorsType.F32, "float32", "dtype")]
    public void Beside_quantized_weights_everything_has_the_type_of_the_base(SafetensorsType type, string name, string key)
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => type, ("dtype", null), (key, name));
        float[] expected;
        using (LlamaModel model = LlamaModel.Load(BaseFolder, _device))
        {
            expected = Logits(model);
            Assert.Equal(0, model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken));
        }

        SortedDictionary<string, (string Description, byte[] Bytes)> before = CheckpointCopy.Tensors(BaseFolder), after = CheckpointCopy.Tensors(Saved);
        foreach (string tensor in before.Keys.Where(tensor => !after.ContainsKey(tensor + StateSuffix)))
        {
            Assert.Equal(before[tensor].Description, after[tensor].Description);
            Assert.Equal(before[tensor].Bytes, after[tensor].Bytes);
        }

        string[] states = [.. after.Where(tensor => tensor.Key.EndsWith(StateSuffix, StringComparison.Ordinal))
            .Select(tensor => Encoding.UTF8.GetString(tensor.Value.Bytes))];
        Assert.Equal(7 * 3, states.Length);
        Assert.All(states, state => Assert.Contains($"\"dtype\": \"{name}\", \"shape\": [", state, StringComparison.Ordinal));
        JsonObject config = CheckpointCopy.Config(Saved);
        Assert.Equal(name, (string?)config[key]);
        Assert.Equal(name, (string?)config["quantization_config"]!["bnb_4bit_compute_dtype"]);
        Assert.Equal(["lm_head"], config["quantization_config"]!["llm_int8_skip_modules"]!.AsArray().Select(module => (string?)module));

        // Loaded and saved once more, it is the same, and never another type.
        using LlamaModel again = LlamaModel.Load(Saved, _device);
        Assert.Equal(expected, Logits(again));
        again.Save(_folder["again"]);
        AssertSameTensors(Saved, _folder["again"]);
        Assert.Equal(File.ReadAllText(Path.Combine(Saved, "config.json")), File.ReadAllText(Path.Combine(_folder["again"], "config.json")));
    }

    [Fact]
    public void A_layer_of_float16_does_not_become_bfloat16()
    {
        BFloat16Layer layer = new(4, 3);

        Assert.Equal(WeightFormat.Float16, layer.FormatFor(layer.Weight, WeightFormat.Float16, WeightStorage.AsMarked));
        Assert.Equal(WeightFormat.BFloat16, layer.FormatFor(layer.Weight, WeightFormat.FullPrecision, WeightStorage.AsMarked));
        Assert.Contains(WeightFormat.Float16, Formats(layer));

        static IEnumerable<WeightFormat> Formats(Linear layer) =>
            ((WeightFormat[])[WeightFormat.BFloat16, WeightFormat.Float16]).Where(format => layer.KernelsFor(format) is not null);
    }

    [Fact]
    public void A_dense_copy_of_a_mixed_base_keeps_each_tensor_s_type()
    {
        CheckpointCopy.OfLlama(BaseFolder,
            name => name.Contains("norm", StringComparison.Ordinal) ? SafetensorsType.F32 : name == Embedding ? SafetensorsType.F16 : SafetensorsType.BF16,
            ("dtype", "bfloat16"));
        using (LlamaModel model = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense))
            Assert.Equal(0, model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken));

        AssertSameTensors(BaseFolder, Saved);
        Assert.Equal(File.ReadAllText(Path.Combine(BaseFolder, "config.json")), File.ReadAllText(Path.Combine(Saved, "config.json")));
    }

    [Theory]
    [InlineData("float16", SafetensorsType.F16)]
    [InlineData("float32", SafetensorsType.F32)]
    [InlineData(null, SafetensorsType.BF16)]
    public void Beside_quantized_weights_a_mixed_base_has_the_type_that_it_names_or_its_most_frequent_one(string? stated, SafetensorsType expected)
    {
        CheckpointCopy.OfLlama(BaseFolder, name => name == Norm ? SafetensorsType.F32 : SafetensorsType.BF16, ("dtype", stated));
        using (LlamaModel model = LlamaModel.Load(BaseFolder, _device))
        {
            float change = model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken);
            Assert.Equal(expected == SafetensorsType.F32, change == 0);
        }

        Assert.Equal(expected, TypeOf(Norm));
        Assert.Equal(expected, TypeOf(Embedding));
        string name = expected switch { SafetensorsType.F16 => "float16", SafetensorsType.BF16 => "bfloat16", _ => "float32" };
        Assert.Equal(CheckpointCopy.Config(Saved)["dtype"]!.GetValue<string>(), name);
    }

    [Fact]
    public void What_is_saved_names_the_type_of_the_tensors_where_the_base_names_another()
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.BF16, ("dtype", "float16"), ("torch_dtype", "float16"));
        ListLogger logger = new();
        LoadOptions options = new() { Storage = WeightStorage.Dense, Logger = logger };
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device, options, TestContext.Current.CancellationToken);
        Assert.Contains("'config.json' says that the model is in float16",
            Assert.Single(logger.Lines, line => line.Contains("another type", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken);
        AssertTypeNames("bfloat16");

        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "qlora_nf4", "adapter"));
        model.MergeToBaseType();
        model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(SafetensorsType.BF16, TypeOf(Query));
        AssertTypeNames("bfloat16");
    }

    [Theory]
    [InlineData(SafetensorsType.F16, "float16")]
    [InlineData(SafetensorsType.BF16, "bfloat16")]
    public void A_merged_model_has_the_base_s_type_and_16_bits_are_the_base_s(SafetensorsType type, string name)
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => type, ("dtype", name), ("torch_dtype", name));
        foreach (WeightStorage storage in (WeightStorage[])[WeightStorage.AsMarked, WeightStorage.Dense])
        {
            using LlamaModel model = WithAdapter(storage);
            float[] exact = Logits(model);
            MergeRounding rounding = model.MergeToBaseType();
            Assert.True(rounding.LargestError > 0);
            Assert.True(rounding.ShareOfAdapter > 0);
            float[] expected = Logits(model);
            Assert.Equal(0, model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken));

            Assert.All(CheckpointCopy.Tensors(Saved).Values,
                tensor => Assert.Contains($" {type} ", tensor.Description.Replace(":", " ", StringComparison.Ordinal), StringComparison.Ordinal));
            AssertTypeNames(name);
            using LlamaModel merged = LlamaModel.Load(Saved, _device, WeightStorage.Dense);
            Assert.Equal(expected, Logits(merged));
            Close.Assert(exact, expected, 0.1, "logits after rounding");

            using LlamaModel sixteen = WithAdapter(storage);
            sixteen.MergeTo(16);
            Assert.All(sixteen.LinearLayers, layer => Assert.Equal(name, layer.Weight.Format.ToString()));
        }
    }

    [Fact]
    public void A_model_merged_to_32_bits_is_saved_in_them_and_one_of_float32_loses_nothing()
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.BF16, ("dtype", "bfloat16"));
        using (LlamaModel model = WithAdapter(WeightStorage.AsMarked))
        {
            model.MergeTo(32);
            Assert.Equal(0, model.Save(Saved, new SaveOptions(), TestContext.Current.CancellationToken));
            Assert.Equal((SafetensorsType.F32, SafetensorsType.BF16), (TypeOf(Query), TypeOf(Embedding)));
            Assert.Equal("float32", (string?)CheckpointCopy.Config(Saved)["dtype"]);
            Assert.Equal(0, model.Save(Saved, new SaveOptions { FullPrecision = true }, TestContext.Current.CancellationToken));
            Assert.All(CheckpointCopy.Tensors(Saved).Values, tensor => Assert.Contains(": F32 [", tensor.Description, StringComparison.Ordinal));
        }

        string dense = _folder["float32"];
        CheckpointCopy.OfLlama(dense, _ => SafetensorsType.F32);
        using LlamaModel full = LlamaModel.Load(dense, _device);
        full.Adapter.Load(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter"));
        Assert.Equal(0, full.MergeToBaseType().LargestError);
    }

    [Fact]
    public void A_reversible_merge_that_is_taken_back_leaves_no_type_behind()
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.F16, ("dtype", "float16"));
        using LlamaModel model = WithAdapter(WeightStorage.AsMarked);
        model.MergeTo(32, reversible: true);
        model.Unmerge();
        model.Adapter.Remove();
        model.Save(Saved);

        Assert.Equal((SafetensorsType.U8, SafetensorsType.F16), (TypeOf(Query), TypeOf(Norm)));
    }

    [Fact]
    public void A_quantized_base_that_is_merged_takes_the_type_of_its_numbers_and_a_decoded_copy_float32()
    {
        CheckpointCopy.OfLlama(_folder["plain"], _ => SafetensorsType.F16, ("dtype", "float16"));
        using (LlamaModel plain = LlamaModel.Load(_folder["plain"], _device))
            plain.Save(BaseFolder);
        using (LlamaModel model = WithAdapter(WeightStorage.AsMarked))
        {
            model.MergeToBaseType();
            model.Save(Saved);
        }

        Assert.Equal((SafetensorsType.F16, SafetensorsType.F16), (TypeOf(Query), TypeOf(Norm)));
        Assert.Equal("float16", (string?)CheckpointCopy.Config(Saved)["dtype"]);
        Assert.False(CheckpointCopy.Config(Saved).ContainsKey("quantization_config"));

        using LlamaModel dense = LlamaModel.Load(BaseFolder, _device, WeightStorage.Dense);
        float[] expected = Logits(dense);
        Assert.Equal(0, dense.Save(_folder["decoded"], new SaveOptions(), TestContext.Current.CancellationToken));
        using LlamaModel decoded = LlamaModel.Load(_folder["decoded"], _device, WeightStorage.Dense);
        Assert.Equal(expected, Logits(decoded));
        Assert.Equal("float32", (string?)CheckpointCopy.Config(_folder["decoded"])["dtype"]);
    }

    [Fact]
    public void A_layer_that_is_not_quantized_is_skipped_by_name_beside_the_head()
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.BF16, ("dtype", "bfloat16"));
        using (LlamaModel model = LlamaModel.Load(BaseFolder, _device))
        {
            model.LinearLayers.First(layer => layer.CheckpointPath + ".weight" == Query).MergeTo(16);
            model.Save(Saved);
        }

        Assert.Equal(SafetensorsType.BF16, TypeOf(Query));
        Assert.Equal(
            ["lm_head", "model.layers.0.self_attn.q_proj"],
            CheckpointCopy.Config(Saved)["quantization_config"]!["llm_int8_skip_modules"]!
                .AsArray().Select(module => (string)module!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e6f)]
    public void What_can_not_be_saved_is_refused_by_name_and_leaves_nothing(float number)
    {
        CheckpointCopy.OfLlama(BaseFolder, _ => SafetensorsType.F16, ("dtype", "float16"));
        using LlamaModel model = LlamaModel.Load(BaseFolder, _device);
        FrozenWeight norm = model.Norm.FrozenWeights.Single();
        float[] values = norm.ToArray();
        values[7] = number;
        norm.Dispose();
        norm.Load(_device, values);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => model.Save(Saved));

        Assert.Contains(Norm, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Saved));
        if (float.IsFinite(number))
            Assert.Equal(0, model.Save(Saved, new SaveOptions { FullPrecision = true }, TestContext.Current.CancellationToken));
    }

    private static float[] Logits(LlamaModel model) => model.Logits(new TokenIds(1, s_ids.Length, s_ids));

    private static void AssertSameTensors(string expected, string actual)
    {
        SortedDictionary<string, (string Description, byte[] Bytes)> before = CheckpointCopy.Tensors(expected), after = CheckpointCopy.Tensors(actual);
        Assert.Equal(before.Values.Select(tensor => tensor.Description), after.Values.Select(tensor => tensor.Description));
        foreach (string name in before.Keys)
            Assert.True(before[name].Bytes.AsSpan().SequenceEqual(after[name].Bytes), $"{name} has other bytes.");
    }

    private LlamaModel WithAdapter(WeightStorage storage)
    {
        LlamaModel model = LlamaModel.Load(BaseFolder, _device, storage);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "qlora_nf4", "adapter"));
        return model;
    }

    private SafetensorsType TypeOf(string tensor)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Saved, "model.safetensors"));
        return file.GetEntry(tensor).Type;
    }

    private void AssertTypeNames(string expected)
    {
        JsonObject config = CheckpointCopy.Config(Saved);
        Assert.Equal((expected, expected), ((string?)config["dtype"], (string?)config["torch_dtype"]));
    }
}
