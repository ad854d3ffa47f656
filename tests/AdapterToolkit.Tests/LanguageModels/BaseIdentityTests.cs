using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>The identity of a base model: the same for the same content wherever it lies, another for every other content.</summary>
[Trait("Device", "cpu")]
public sealed class BaseIdentityTests : IDisposable
{
    private const string Embedding = "model.embed_tokens.weight";
    private const string Norm = "model.norm.weight";

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private string Golden => Of(TinyLlama.Folder);

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void It_is_text_of_32_hexadecimal_digits_once_the_model_is_loaded()
    {
        using LlamaModel model = new(LlamaConfig.FromFile(Path.Combine(TinyLlama.Folder, LlamaConfig.FileName)));
        Assert.Throws<InvalidOperationException>(() => model.BaseIdentity);
        model.LoadCheckpoint(TinyLlama.Folder, _device);
        Assert.Matches("^[0-9a-f]{32}$", model.BaseIdentity);
    }

    [Fact]
    public void The_same_content_has_it_in_other_folders_shards_and_orders_and_however_it_is_held()
    {
        string golden = Golden;
        Assert.Equal(golden, Of(TinyLlama.Folder, WeightStorage.Dense));

        TinyLlama.Write(_temporary["reversed"], tensors => tensors.AsEnumerable().Reverse());
        Assert.Equal(golden, Of(_temporary["reversed"]));
        TinyLlama.WriteShards(_temporary["shards"], name => name.Contains("layers.1", StringComparison.Ordinal));
        Assert.Equal(golden, Of(_temporary["shards"]));
        TinyLlama.WriteShards(_temporary["other-shards"], name => name.Length % 2 == 0);
        Assert.Equal(golden, Of(_temporary["other-shards"]));
    }

    /// <summary>A bit of the first number, of the last, and of one in the middle, in every tensor.</summary>
    [Fact]
    public void Every_changed_number_makes_another()
    {
        HashSet<string> seen = [Golden];
        int expected = 1;
        foreach (SafetensorsTensor tensor in TinyLlama.TensorsOf(TinyLlama.Folder))
        {
            foreach (int position in (int[])[0, (int)tensor.ByteLength / 2 / 4 * 4, (int)tensor.ByteLength - 4])
            {
                TinyLlama.Write(_temporary["changed"], tensors => tensors.Replacing(tensor.Name, found => found.WithBytes(bytes => bytes[position] ^= 1)));
                seen.Add(Of(_temporary["changed"]));
                expected++;
            }
        }

        Assert.Equal(expected, seen.Count);
    }

    [Fact]
    public void Another_element_type_of_equal_numbers_makes_another()
    {
        TinyLlama.Write(_temporary["ones"], tensors => tensors.Replacing(Norm, norm => SafetensorsTensor.OfFloats(Norm, norm.Shape.AsSpan(), Ones(norm))));
        TinyLlama.Write(_temporary["short-ones"], tensors => tensors.Replacing(Norm, norm =>
            SafetensorsTensor.OfBytes(Norm, SafetensorsType.BF16, norm.Shape.AsSpan(), Ones(norm).SelectMany(_ => (byte[])[0x80, 0x3F]).ToArray())));
        Assert.NotEqual(Of(_temporary["ones"]), Of(_temporary["short-ones"]));

        static float[] Ones(SafetensorsTensor norm) => [.. Enumerable.Repeat(1f, (int)norm.Shape[0])];
    }

    [Fact]
    public void Tensors_that_have_exchanged_their_names_make_another()
    {
        const string other = "model.layers.0.input_layernorm.weight";
        TinyLlama.Write(_temporary["exchanged"], tensors => tensors.Select(tensor => tensor.Name switch
        {
            Norm => SafetensorsTensor.OfBytes(other, tensor.Type, tensor.Shape.AsSpan(), tensor.BytesOf()),
            other => SafetensorsTensor.OfBytes(Norm, tensor.Type, tensor.Shape.AsSpan(), tensor.BytesOf()),
            _ => tensor,
        }));
        Assert.NotEqual(Golden, Of(_temporary["exchanged"]));
    }

    [Fact]
    public void Another_shape_of_the_same_numbers_makes_another()
    {
        LlamaConfig config = LlamaConfig.FromFile(Path.Combine(TinyLlama.Folder, LlamaConfig.FileName));
        ContentIdentity tall = new(), wide = new();
        System.IO.Hashing.XxHash128 digest = new();
        tall.Add(Embedding, SafetensorsType.F32, [config.VocabularySize, config.HiddenSize], digest);
        wide.Add(Embedding, SafetensorsType.F32, [config.HiddenSize, config.VocabularySize], digest);
        Assert.NotEqual(tall.ToString(), wide.ToString());
    }

    [Theory]
    [InlineData("rms_norm_eps", "1e-3")]
    [InlineData("rope_theta", "20000.0")]
    [InlineData("rope_scaling",
        """{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8}""")]
    public void A_setting_that_changes_the_numbers_makes_another(string key, string value)
    {
        TinyLlama.Write(_temporary["set"], config: json =>
        {
            json.Remove("rope_parameters");
            json[key] = JsonNode.Parse(value);
        });
        Assert.NotEqual(Golden, Of(_temporary["set"]));
    }

    [Fact]
    public void A_quantized_model_has_one_of_its_own_with_scales_and_settings()
    {
        string folder = _temporary["quantized"];
        using (LlamaModel model = LlamaModel.Load(TinyLlama.Folder, _device))
            model.Save(folder);
        string quantized = Of(folder);
        Assert.NotEqual(Golden, quantized);
        Assert.Equal(quantized, Of(folder, WeightStorage.Dense));

        HashSet<string> seen = [quantized];
        foreach (string companion in (string[])["", ".absmax", ".nested_absmax"])
        {
            string changed = _temporary["changed" + companion];
            Directory.CreateDirectory(changed);
            File.Copy(Path.Combine(folder, LlamaConfig.FileName), Path.Combine(changed, LlamaConfig.FileName));
            SafetensorsWriter.Write(
                Path.Combine(changed, Checkpoint.SingleFileName),
                [.. TinyLlama.TensorsOf(folder).Replacing("model.layers.0.mlp.up_proj.weight" + companion, found => found.WithBytes(bytes => bytes[0] ^= 1))]);
            Assert.True(seen.Add(Of(changed)));
        }
    }

    private string Of(string folder, WeightStorage storage = WeightStorage.AsMarked)
    {
        using LlamaModel model = LlamaModel.Load(folder, _device, storage);
        return model.BaseIdentity;
    }
}
