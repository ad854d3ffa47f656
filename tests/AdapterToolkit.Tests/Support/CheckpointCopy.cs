using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Quantization;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.Support;

/// <summary>Makes variants of a checkpoint: its tensors in other types, its configuration with other values.</summary>
public static class CheckpointCopy
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Copies the small Llama, each tensor in a type, and changes values of its configuration.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="typeOf">The type of a tensor, by its name.</param>
    /// <param name="changes">Values of <c>config.json</c>; null removes one.</param>
    public static void OfLlama(string folder, Func<string, SafetensorsType> typeOf, params (string Key, JsonNode? Value)[] changes)
    {
        Directory.CreateDirectory(folder);
        string source = Fixtures.PathOf("llama-tiny", "base");
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        foreach ((string key, JsonNode? value) in changes)
        {
            config.Remove(key);
            if (value is not null)
                config[key] = value;
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(s_indented));
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(source, "model.safetensors"));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
            [.. file.Entries.Select(entry => Tensor(entry, file.ReadFloat32(entry.Name), typeOf(entry.Name)))]);
    }

    /// <summary>The tensors of a checkpoint's file: type, shape and bytes, by name.</summary>
    public static SortedDictionary<string, (string Description, byte[] Bytes)> Tensors(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return new(file.Entries.ToDictionary(entry => entry.Name, entry => (entry.ToString(), file.ReadBytes(entry.Name))), StringComparer.Ordinal);
    }

    /// <summary>The configuration of a checkpoint.</summary>
    public static JsonObject Config(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();

    private static SafetensorsTensor Tensor(SafetensorsEntry entry, float[] values, SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => SafetensorsTensor.OfFloats(entry.Name, entry.Shape.AsSpan(), values),
        SafetensorsType.BF16 =>
            SafetensorsTensor.OfBytes(entry.Name, type, entry.Shape.AsSpan(), Quantizer.Quantize(values, WeightFormat.BFloat16, entry.Name).Codes),
        _ => SafetensorsTensor.OfBytes(entry.Name, type, entry.Shape.AsSpan(), Quantizer.Quantize(values, WeightFormat.Float16, entry.Name).Codes),
    };
}
