using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.Support;

/// <summary>Copies of the golden checkpoint of two layers with something in them changed.</summary>
public static class TinyLlama
{
    /// <summary>The golden checkpoint's folder.</summary>
    public static string Folder => Fixtures.PathOf("llama-tiny", "base");

    /// <summary>All tensors of a checkpoint, in the order of their file, as bytes.</summary>
    public static List<SafetensorsTensor> TensorsOf(string folder) => TensorsIn(Path.Combine(folder, Checkpoint.SingleFileName));

    /// <summary>All tensors of a file, in their order, as bytes.</summary>
    public static List<SafetensorsTensor> TensorsIn(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return [.. file.Entries.Select(entry => SafetensorsTensor.OfBytes(entry.Name, entry.Type, entry.Shape.AsSpan(), file.ReadBytes(entry.Name)))];
    }

    /// <summary>Writes a copy.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="tensors">Gives the copy's tensors those of the checkpoint; null for the same.</param>
    /// <param name="config">Changes the configuration.</param>
    public static void Write(string folder, Func<List<SafetensorsTensor>, IEnumerable<SafetensorsTensor>>? tensors = null, Action<JsonObject>? config = null)
    {
        Directory.CreateDirectory(folder);
        List<SafetensorsTensor> all = TensorsOf(Folder);
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), [.. tensors?.Invoke(all) ?? all]);
        WriteConfig(folder, config);
    }

    /// <summary>Writes the configuration, changed.</summary>
    public static void WriteConfig(string folder, Action<JsonObject>? change = null)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, LlamaConfig.FileName)))!.AsObject();
        change?.Invoke(json);
        File.WriteAllText(Path.Combine(folder, LlamaConfig.FileName), json.ToJsonString());
    }

    /// <summary>Writes a copy in two files and an index.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="second">Whether a tensor goes to the second file.</param>
    public static void WriteShards(string folder, Func<string, bool> second)
    {
        Directory.CreateDirectory(folder);
        JsonObject map = [];
        foreach (IGrouping<bool, SafetensorsTensor> part in TensorsOf(Folder).GroupBy(tensor => second(tensor.Name)))
        {
            string name = part.Key ? "model-00002-of-00002.safetensors" : "model-00001-of-00002.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, name), [.. part.Reverse()], new Dictionary<string, string> { ["written"] = name });
            foreach (SafetensorsTensor tensor in part)
                map[tensor.Name] = name;
        }

        File.WriteAllText(Path.Combine(folder, Checkpoint.IndexFileName), new JsonObject { ["weight_map"] = map }.ToJsonString());
        WriteConfig(folder);
    }

    /// <summary>A tensor's bytes.</summary>
    public static byte[] BytesOf(this SafetensorsTensor tensor)
    {
        using MemoryStream stream = new();
        tensor.Write(stream);
        return stream.ToArray();
    }

    /// <summary>The tensors, of which one is another.</summary>
    public static IEnumerable<SafetensorsTensor> Replacing(
        this IEnumerable<SafetensorsTensor> tensors, string name, Func<SafetensorsTensor, SafetensorsTensor> change) =>
        tensors.Select(tensor => tensor.Name == name ? change(tensor) : tensor);

    /// <summary>The same tensor with some of its bytes changed.</summary>
    public static SafetensorsTensor WithBytes(this SafetensorsTensor tensor, Action<byte[]> change)
    {
        byte[] bytes = tensor.BytesOf();
        change(bytes);
        return SafetensorsTensor.OfBytes(tensor.Name, tensor.Type, tensor.Shape.AsSpan(), bytes);
    }
}
