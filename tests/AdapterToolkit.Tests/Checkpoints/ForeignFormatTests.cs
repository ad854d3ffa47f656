using System.Buffers.Binary;
using System.Text;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>What is no checkpoint of the Hugging Face layout is refused with what it is and what to do.</summary>
[Trait("Device", "cpu")]
public sealed class ForeignFormatTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private string Folder => _temporary["model"];

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData("pytorch_model.bin", "pickle", "safetensors")]
    [InlineData("pytorch_model.bin.index.json", "pickle", "save_pretrained")]
    [InlineData("pytorch_model-00001-of-00002.bin", "pickle", "save_pretrained")]
    [InlineData("consolidated.00.pth", "Meta's original release", "convert_llama_weights_to_hf.py")]
    [InlineData("model.pth", "pickle", "save_pretrained")]
    [InlineData("model.pt", "pickle", "save_pretrained")]
    [InlineData("model.Q4_K_M.gguf", "GGUF", "Load the safetensors that it was made from")]
    [InlineData("ggml-model-q4_0.bin", "GGML", "Load the safetensors that it was made from")]
    [InlineData("tf_model.h5", "TensorFlow", "from_tf=True")]
    [InlineData("flax_model.msgpack", "Flax", "from_flax=True")]
    [InlineData("model.onnx", "ONNX", "Load the safetensors that it was made from")]
    [InlineData("adapter_model.safetensors", "an adapter (PEFT)", "model.Adapter.Load")]
    [InlineData("adapter_config.json", "an adapter (PEFT)", "model.Adapter.Load")]
    [InlineData("model_index.json", "diffusers", "not a language model")]
    [InlineData("tokenizer.model", "a tokenizer (SentencePiece) without a model", "Get the weights")]
    [InlineData("tokenizer.json", "a tokenizer without a model", "Get the weights")]
    [InlineData("model-00001-of-00002.safetensors", "parts of a divided checkpoint without their list", "model.safetensors.index.json")]
    [InlineData("consolidated.safetensors", "its maker's own layout", "release for transformers")]
    [InlineData("weights.safetensors", "under another name", "Rename the file")]
    public void A_folder_of_another_format_says_what_it_holds(string file, string what, string remedy)
    {
        foreach (bool hasConfig in (bool[])[false, true])
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(Path.Combine(Folder, file), "...");
            if (hasConfig)
                TinyLlama.WriteConfig(Folder);
            Refuses(Folder, "the folder has neither 'model.safetensors' nor 'model.safetensors.index.json'", what, remedy);
        }
    }

    [Theory]
    [InlineData("model.gguf", "GGUF")]
    [InlineData("model.bin", "a checkpoint is a folder")]
    [InlineData("model.safetensors", "Give the folder that it lies in")]
    [InlineData("consolidated.00.pth", "Meta's original release")]
    public void A_file_in_place_of_a_folder_says_so(string file, string what)
    {
        File.WriteAllText(_temporary[file], "...");
        Refuses(_temporary[file], "is a file", what);
    }

    [Fact]
    public void A_file_in_place_of_a_folder_is_answered_by_the_folder_where_that_has_a_configuration()
    {
        TinyLlama.Write(Folder);
        foreach (string name in (string[])[Checkpoint.SingleFileName, LlamaConfig.FileName, "weights.bin"])
        {
            string file = Path.Combine(Folder, name);
            if (!File.Exists(file))
                File.WriteAllText(file, "...");
            Assert.EndsWith($"Give the folder that it lies in: {Folder}",
                LoadRefused(file, "is a file, but a checkpoint is a folder"), StringComparison.Ordinal);
        }

        string other = Path.Combine(Folder, "model.gguf");
        File.WriteAllText(other, "...");
        Assert.EndsWith($"Give the folder that it lies in: {Folder}", LoadRefused(other, "It holds GGUF"), StringComparison.Ordinal);
        File.Delete(Path.Combine(Folder, Checkpoint.SingleFileName));
        Assert.DoesNotContain("Give the folder", LoadRefused(other, "It holds GGUF"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_neither_file_nor_folder_is_called_what_it_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        Obstacles.MakePipe(_temporary["pipe"]);
        Refuses(_temporary["pipe"], "is a device, a pipe or a socket, but a checkpoint is a folder");
        File.CreateSymbolicLink(_temporary["link"], "nowhere");
        Refuses(_temporary["link"], "is a link to", "which is not there");
        File.CreateSymbolicLink(_temporary["circle"], "circle");
        Refuses(_temporary["circle"], "is a link that leads nowhere");
    }

    [Fact]
    public void An_adapter_in_PyTorch_s_format_is_named()
    {
        string adapter = _temporary["adapter"];
        Directory.CreateDirectory(adapter);
        File.Copy(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter", PeftAdapterConfig.FileName), Path.Combine(adapter, PeftAdapterConfig.FileName));
        Assert.Contains("there is no such file. Get it",
            Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(adapter)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(adapter, "adapter_model.bin"), "...");

        CheckpointException refused = Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(adapter));

        Assert.Equal(Path.Combine(adapter, PeftAdapterFile.TensorsFileName), refused.FilePath);
        Assert.Contains("but 'adapter_model.bin'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("save_pretrained", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said_to_be_missing()
    {
        Refuses(_temporary["nothing"], "there is no such folder");
        Directory.CreateDirectory(Folder);
        Refuses(Folder, "has neither 'model.safetensors' nor 'model.safetensors.index.json'");
        TinyLlama.WriteConfig(Folder);
        Refuses(Folder, "a configuration without weights", "git lfs pull");
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public void A_pointer_of_Git_LFS_is_recognized(string file)
    {
        TinyLlama.Write(Folder);
        File.WriteAllText(Path.Combine(Folder, file), "version https://git-lfs.github.com/spec/v1\n"
            + "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 269060552\n");
        Refuses(Path.Combine(Folder, file), "Git LFS pointer", "git lfs pull");
    }

    [Theory]
    [InlineData("tokenizer.model", "SentencePiece")]
    [InlineData("vocab.json", "merges.txt")]
    public void A_tokenizer_in_another_format_is_named(string file, string what)
    {
        Directory.CreateDirectory(Folder);
        string path = Path.Combine(Folder, ModelTokenizer.FileName);
        File.WriteAllText(Path.Combine(Folder, file), "...");
        CheckpointException refused = Assert.Throws<CheckpointException>(() => ModelTokenizer.FromFile(path));
        foreach (string part in (string[])[path, $"'{file}'", what, "save_pretrained"])
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fp8", "8-bit floating point")]
    [InlineData("gptq", "4-bit integers")]
    [InlineData("awq", "4-bit integers")]
    [InlineData("compressed-tensors", "packed weights")]
    [InlineData("something-new", "Load the unquantized checkpoint")]
    public void Other_methods_of_quantization_are_named(string method, string what)
    {
        TinyLlama.Write(Folder, config: json => json["quantization_config"] = new System.Text.Json.Nodes.JsonObject { ["quant_method"] = method });
        Refuses(Path.Combine(Folder, LlamaConfig.FileName), $"'{method}'", what, "Load the unquantized checkpoint");
    }

    [Theory]
    [InlineData(SafetensorsType.F8E4M3, 1, "fp8")]
    [InlineData(SafetensorsType.F64, 8, "F64")]
    [InlineData(SafetensorsType.I8, 1, "I8")]
    public void Other_element_types_are_named_with_the_tensor(SafetensorsType type, int size, string what)
    {
        const string query = "model.layers.0.self_attn.q_proj.weight";
        TinyLlama.Write(Folder, tensors =>
            tensors.Replacing(query, tensor => SafetensorsTensor.OfBytes(query, type, tensor.Shape.AsSpan(), new byte[tensor.ByteLength / 4 * size])));
        Refuses(Folder, query, what);
    }

    [Theory]
    [InlineData("qweight", "GPTQ or AWQ")]
    [InlineData("weight_packed", "compressed-tensors")]
    [InlineData("weight_scale_inv", "fp8")]
    public void Tensors_of_other_methods_are_named_with_the_weight_that_they_replace(string part, string what)
    {
        const string query = "model.layers.0.self_attn.q_proj.weight";
        TinyLlama.Write(Folder, tensors =>
            tensors.Replacing(query, _ => SafetensorsTensor.OfBytes("model.layers.0.self_attn.q_proj." + part, SafetensorsType.I32, [1], new byte[4])));
        Refuses(Folder, query, what, "Load the unquantized checkpoint");
    }

    /// <summary>A file of three gigabytes that is no larger on the disk than its header.</summary>
    [Fact]
    public void A_tensor_that_is_too_large_for_its_format_is_refused_by_name_before_anything_is_read()
    {
        const string embedding = "model.embed_tokens.weight";
        const long rows = 1 << 24, columns = 96;
        Directory.CreateDirectory(Folder);
        TinyLlama.WriteConfig(Folder, json => (json["vocab_size"], json["hidden_size"], json["num_hidden_layers"]) = (rows, columns, 1));
        string path = Path.Combine(Folder, Checkpoint.SingleFileName);
        WriteSparse(path, [(embedding, [rows, columns]), .. LayerOf(columns), ("model.norm.weight", [columns])]);

        Refuses(path, embedding, $"takes {2 * rows * columns} bytes in bfloat16");
        using Checkpoint checkpoint = Checkpoint.Open(Folder);
        CheckpointException refused = Assert.Throws<CheckpointException>(() => checkpoint.ReadBytes(embedding));
        Assert.Equal(embedding, refused.TensorName);
    }

    [Fact]
    public void A_tensor_of_more_elements_than_can_be_counted_is_refused_by_name()
    {
        const string huge = "huge";
        Directory.CreateDirectory(Folder);
        string path = Path.Combine(Folder, Checkpoint.SingleFileName);
        WriteSparse(path, [(huge, [1 << 16, 1 << 15])]);
        using Checkpoint checkpoint = Checkpoint.Open(Folder);
        Assert.Equal(huge, Assert.Throws<CheckpointException>(() => checkpoint.ReadFloat32(huge)).TensorName);
        Assert.Equal(huge, Assert.Throws<CheckpointException>(() => checkpoint.ReadBytes(huge)).TensorName);
    }

    private static IEnumerable<(string Name, long[] Shape)> LayerOf(long hidden)
    {
        const string layer = "model.layers.0.";
        yield return (layer + "self_attn.q_proj.weight", [48, hidden]);
        yield return (layer + "self_attn.k_proj.weight", [24, hidden]);
        yield return (layer + "self_attn.v_proj.weight", [24, hidden]);
        yield return (layer + "self_attn.o_proj.weight", [hidden, 48]);
        yield return (layer + "mlp.gate_proj.weight", [160, hidden]);
        yield return (layer + "mlp.up_proj.weight", [160, hidden]);
        yield return (layer + "mlp.down_proj.weight", [hidden, 160]);
        yield return (layer + "input_layernorm.weight", [hidden]);
        yield return (layer + "post_attention_layernorm.weight", [hidden]);
    }

    private static void WriteSparse(string path, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        long position = 0;
        System.Text.Json.Nodes.JsonObject header = [];
        foreach ((string name, long[] shape) in tensors)
        {
            long end = position + (2 * shape.Aggregate(1L, (product, length) => product * length));
            header[name] = new System.Text.Json.Nodes.JsonObject
            {
                ["dtype"] = "BF16",
                ["shape"] = new System.Text.Json.Nodes.JsonArray([.. shape.Select(length => (System.Text.Json.Nodes.JsonNode)length)]),
                ["data_offsets"] = new System.Text.Json.Nodes.JsonArray(position, end),
            };
            position = end;
        }

        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString()), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        using FileStream stream = new(path, FileMode.Create);
        stream.Write(length);
        stream.Write(text);
        stream.SetLength(stream.Position + position);
    }

    private void Refuses(string path, params string[] problems)
    {
        string folder = path.EndsWith(".json", StringComparison.Ordinal)
            || path.EndsWith(Path.Combine("model", Checkpoint.SingleFileName), StringComparison.Ordinal) ? Folder : path;
        string message = LoadRefused(folder, problems);
        Assert.StartsWith(path, message, StringComparison.Ordinal);
    }

    private string LoadRefused(string folder, params string[] problems)
    {
        string message = Assert.Throws<CheckpointException>(() => LlamaModel.Load(folder, _device)).Message;
        foreach (string problem in problems)
            Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.Equal(0, _device.HeldBytes);
        return message;
    }
}
