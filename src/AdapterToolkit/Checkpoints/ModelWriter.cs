using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Checkpoints;

/// <summary>Writes a model's weights in the Hugging Face layout.</summary>
internal static class ModelWriter
{
    private static readonly string[] s_companions =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json", "vocab.json", "merges.txt",
    ];

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    internal static void Save(LanguageModel model, string folder) => AtomicFolder.Write(folder, beside =>
    {
        SafetensorsWriter.Write(
            Path.Combine(beside, Checkpoint.SingleFileName),
            [.. WeightNames.Of(model).Select(named => SafetensorsTensor.OfFloats(named.Name, WeightNames.LongDimensions(named.Weight), named.Weight.CopyTo))],
            new Dictionary<string, string> { ["format"] = "pt" });
        if (model.CheckpointFolder is not { } source)
            return;
        foreach (string file in s_companions.Where(file => File.Exists(Path.Combine(source, file))))
            File.Copy(Path.Combine(source, file), Path.Combine(beside, file));
        WriteConfiguration(Path.Combine(source, LlamaConfig.FileName), Path.Combine(beside, LlamaConfig.FileName));
    });

    /// <summary>Copies the configuration, in which the type of the numbers becomes the one that is written.</summary>
    private static void WriteConfiguration(string source, string destination)
    {
        System.Text.Json.Nodes.JsonObject json = JsonNode.Parse(File.ReadAllText(source))!.AsObject();
        json[json.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype"] = "float32";
        File.WriteAllText(destination, json.ToJsonString(s_indented));
    }
}
