using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>A file that is something else than its name says is refused with what it is and what to do.</summary>
[Trait("Device", "cpu")]
public sealed class ForeignContentTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private string Folder => _temporary["model"];

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    public static TheoryData<string, byte[], string, string> Formats => new()
    {
        { "GGUF", [.. "GGUF"u8, 3, 0, 0, 0, .. new byte[24]], "GGUF", "Load the safetensors that it was made from" },
        { "GGUF in the other byte order", [.. "GGUF"u8, 0, 0, 0, 3, .. new byte[24]], "GGUF", "Load the safetensors that it was made from" },
        { "GGML", [.. "lmgg"u8, .. new byte[24]], "GGML", "Load the safetensors that it was made from" },
        { "zip of PyTorch", [.. "PK"u8, 3, 4, 0, 0, 8, 8, .. new byte[18], 16, 0, 0, 0, .. "archive/data.pkl"u8], "zip archive", "save_pretrained" },
        { "zip", [.. "PK"u8, 3, 4, 20, 0, 0, 0, 8, 0, .. new byte[30]], "zip archive", "Unpack" },
        { "pickle of an old PyTorch", [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19], "pickle", "save_pretrained" },
        { "pickle", [0x80, 4, 0x95, .. new byte[20]], "pickle", "save_pretrained" },
        { "HDF5", [0x89, .. "HDF"u8, 13, 10, 26, 10, .. new byte[20]], "HDF5", "from_tf=True" },
        { "NumPy", [0x93, .. "NUMPY"u8, 1, 0, .. new byte[20]], "NumPy", "save_pretrained" },
        { "gzip", [0x1F, 0x8B, 8, 0, .. new byte[20]], "compressed (gzip)", "Unpack" },
        { "zstd", [0x28, 0xB5, 0x2F, 0xFD, .. new byte[20]], "compressed (zstd)", "Unpack" },
        { "page", [.. "<!doctype html>\n<html class=\"\">\n<head></head></html>"u8], "a web page (HTML)", "Download the file itself" },
        { "page after a byte order mark", [0xEF, 0xBB, 0xBF, .. "\r\n  <HTML lang='en'><body>Sign in</body></HTML>"u8],
            "a web page (HTML)", "Download the file itself" },
        { "document", [.. "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"u8], "an XML document", "Download the file itself" },
        { "pointer",
            [.. "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 269060552\n"u8],
            "Git LFS pointer", "git lfs pull" },
    };

    public static TheoryData<string, byte[], string, string> Texts => new()
    {
        { "message", [.. "Invalid username or password."u8], "It is text, which begins with 'Invalid username or password.'", "Download the file itself" },
        { "JSON", [.. "{\"error\":\"Repository not found\"}"u8], "It is text, which begins with '{\"error\"", "Download the file itself" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    [MemberData(nameof(Texts))]
    public void Another_format_under_the_name_of_safetensors_is_recognized(string name, byte[] content, string what, string remedy)
    {
        Assert.NotEmpty(name);
        TinyLlama.Write(Folder);
        string model = Path.Combine(Folder, Checkpoint.SingleFileName);
        Refuses(model, content, Load, what, remedy);

        string adapter = _temporary["adapter"];
        Directory.CreateDirectory(adapter);
        File.Copy(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter", PeftAdapterConfig.FileName), Path.Combine(adapter, PeftAdapterConfig.FileName));
        Refuses(Path.Combine(adapter, PeftAdapterFile.TensorsFileName), content, () => PeftAdapterFile.Read(adapter), what, remedy);

        TinyLlama.WriteShards(Folder, tensor => tensor.Contains("layers.1", StringComparison.Ordinal));
        File.Delete(model);
        Refuses(Path.Combine(Folder, "model-00002-of-00002.safetensors"), content, Load, what, remedy);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Another_format_under_the_name_of_JSON_is_recognized(string name, byte[] content, string what, string remedy)
    {
        Assert.NotEmpty(name);
        TinyLlama.Write(Folder);
        Refuses(Path.Combine(Folder, LlamaConfig.FileName), content, Load, what, remedy);
        string tokenizer = _temporary[ModelTokenizer.FileName];
        Refuses(tokenizer, content, () => ModelTokenizer.FromFile(tokenizer), what, remedy);
    }

    private void Load() => LlamaModel.Load(Folder, _device);

    private void Refuses(string path, byte[] content, Action read, string what, string remedy)
    {
        File.WriteAllBytes(path, content);
        CheckpointException refused = Assert.Throws<CheckpointException>(read);
        Assert.Equal(path, refused.FilePath);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
        Assert.Equal(0, _device.HeldBytes);
    }
}
