using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A quantized model as files: what is written, what is read back, and what is refused.</summary>
[Trait("Device", "cpu")]
public sealed class QuantizedCheckpointTests : IDisposable
{
    private static readonly int[] s_ids = [1, 5, 9, 2, 7];

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private static string Base => Fixtures.PathOf("llama-tiny", "base");

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_quantized_model_is_saved_as_bitsandbytes_does_and_loads_with_the_same_bits()
    {
        string folder = PathOf("quantized");
        float[] expected;
        byte[][] codes;
        using (LlamaModel model = LlamaModel.Load(Base, _device))
        {
            expected = Logits(model);
            codes = [.. model.LinearLayers.Select(layer => layer.Weight.Packed.ToQuantizedValues().Codes)];
            model.Save(folder);
        }

        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, LlamaConfig.FileName)))!["quantization_config"]!;
        Assert.Equal("bitsandbytes", config["quant_method"]!.GetValue<string>());
        Assert.True(config["load_in_4bit"]!.GetValue<bool>());
        using (Checkpoint checkpoint = Checkpoint.Open(folder))
        {
            const string query = "model.layers.0.self_attn.q_proj.weight";
            Assert.Superset(
                new HashSet<string> { query, $"{query}.absmax", $"{query}.quant_map", $"{query}.nested_absmax",
                    $"{query}.nested_quant_map", $"{query}.quant_state.bitsandbytes__nf4" },
                checkpoint.Names.ToHashSet());
        }

        using LlamaModel again = LlamaModel.Load(folder, _device);
        Assert.Equal(codes, again.LinearLayers.Select(layer => layer.Weight.Packed.ToQuantizedValues().Codes));
        Assert.Equal(expected, Logits(again));

        // As the file has it means the numbers that the codes stand for.
        using LlamaModel dense = LlamaModel.Load(folder, _device, WeightStorage.Dense);
        Assert.All(dense.LinearLayers, layer => Assert.Equal(WeightFormat.FullPrecision, layer.Weight.Format));
        Close.Assert(expected, Logits(dense), 1e-5, "logits of the dense model");
    }

    [Fact]
    public void A_model_merged_to_16_bits_is_saved_in_16_bits_and_is_no_longer_quantized()
    {
        string quantized = PathOf("quantized"), folder = PathOf("merged");
        float[] expected;
        using (LlamaModel model = LlamaModel.Load(Base, _device))
            model.Save(quantized);
        using (LlamaModel model = LlamaModel.Load(quantized, _device))
        {
            model.Adapter.Load(Fixtures.PathOf("llama-tiny", "qlora_nf4", "adapter"));
            Assert.Throws<InvalidOperationException>(() => model.Save(folder));
            Assert.True(model.MergeTo(16) > 0);
            expected = Logits(model);
            model.Save(folder);
        }

        Assert.Null(JsonNode.Parse(File.ReadAllText(Path.Combine(folder, LlamaConfig.FileName)))!["quantization_config"]);
        using (Checkpoint checkpoint = Checkpoint.Open(folder))
            Assert.Equal(SafetensorsType.BF16, checkpoint.GetEntry("model.layers.0.mlp.up_proj.weight").Type);
        using LlamaModel again = LlamaModel.Load(folder, _device, WeightStorage.Dense);
        Assert.All(again.LinearLayers, layer => Assert.Equal(WeightFormat.BFloat16, layer.Weight.Format));
        Assert.Equal(expected, Logits(again));
    }

    [Fact]
    public void A_plain_merge_of_a_model_is_refused_before_any_layer_is_merged()
    {
        using LlamaModel model = LlamaModel.Load(Base, _device);
        model.Adapter.Load(Fixtures.PathOf("llama-tiny", "qlora_nf4", "adapter"));
        float[] expected = Logits(model);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => model.Merge());

        Assert.Contains("model.layers.0", refused.Message, StringComparison.Ordinal);
        Assert.Equal(expected, Logits(model));
        Assert.True(model.Merge(reversible: true, requantize: true) > 0);
        model.Unmerge();
        Assert.Equal(expected, Logits(model));
    }

    [Fact]
    public void A_file_of_another_format_than_the_class_is_refused_with_what_to_mark()
    {
        string folder = PathOf("plain");
        using (LlamaModel model = LlamaModel.Load(Base, _device, WeightStorage.Dense))
        {
            foreach (Linear layer in model.LinearLayers)
            {
                float[] values = layer.Weight.ToArray();
                layer.Weight.Dispose();
                layer.Weight.Load(_device, Quantizer.Quantize(values, WeightFormat.NF4(128, doubleQuantized: false), layer.CheckpointPath));
            }

            model.Save(folder);
        }

        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(folder, _device));
        Assert.Contains("[Quantized(4, Format = QuantizationFormat.NF4, BlockSize = 128, DoubleQuantized = false)]", refused.Message, StringComparison.Ordinal);
        Assert.Contains(".weight", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _device.HeldBytes);
        LlamaModel.Load(folder, _device, WeightStorage.Dense).Dispose();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_number_that_is_not_finite_is_refused_with_the_tensors_name(float number)
    {
        const string name = "model.layers.0.mlp.up_proj.weight";
        string folder = PathOf("damaged");
        using (LlamaModel model = LlamaModel.Load(Base, _device, WeightStorage.Dense))
            model.Save(folder);
        Replace(Path.Combine(folder, Checkpoint.SingleFileName), name, bytes => MemoryMarshal.Write(bytes.AsSpan(40), number));
        long held = _device.HeldBytes;

        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(folder, _device));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Equal(held, _device.HeldBytes);
    }

    [Theory]
    [InlineData(SafetensorsType.F16, 0x7C00)]
    [InlineData(SafetensorsType.F16, 0x7E01)]
    [InlineData(SafetensorsType.BF16, 0xFF80)]
    public void A_16_bit_number_that_is_not_finite_is_refused_with_the_tensors_name(SafetensorsType type, int number)
    {
        const string name = "model.embed_tokens.weight";
        string folder = PathOf("sixteen");
        using (LlamaModel model = LlamaModel.Load(Base, _device, WeightStorage.Dense))
            model.Save(folder);
        string path = Path.Combine(folder, Checkpoint.SingleFileName);
        Narrow(path, name, type);
        LlamaModel.Load(folder, _device).Dispose();
        Replace(path, name, bytes => MemoryMarshal.Write(bytes.AsSpan(20), (ushort)number));

        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(folder, _device));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains("number 10", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes a tensor of a file in 16 bits, as zeros.</summary>
    private static void Narrow(string path, string name, SafetensorsType type)
    {
        List<SafetensorsTensor> tensors = [];
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                tensors.Add(entry.Name == name
                    ? SafetensorsTensor.OfBytes(entry.Name, type, entry.Shape.AsSpan(), new byte[entry.ElementCount * 2])
                    : SafetensorsTensor.OfBytes(entry.Name, entry.Type, entry.Shape.AsSpan(), file.ReadBytes(entry.Name)));
            }
        }

        SafetensorsWriter.Write(path, tensors);
    }

    private static float[] Logits(LlamaModel model) => model.Logits(new TokenIds(1, s_ids.Length, s_ids));

    private static void Replace(string path, string name, Action<byte[]> change)
    {
        List<SafetensorsTensor> tensors = [];
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                byte[] bytes = file.ReadBytes(entry.Name);
                if (entry.Name == name)
                    change(bytes);
                tensors.Add(SafetensorsTensor.OfBytes(entry.Name, entry.Type, entry.Shape.AsSpan(), bytes));
            }
        }

        SafetensorsWriter.Write(path, tensors);
    }

    private string PathOf(string name) => Path.Combine(_temporary.Path, name);
}
