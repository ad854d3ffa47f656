using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
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
        List<NamedWeight> weights = WeightNames.Of(model);
        SafetensorsWriter.Write(Path.Combine(beside, Checkpoint.SingleFileName), [.. weights.SelectMany(Tensors)]);
        if (model.CheckpointFolder is not { } source)
            return;
        foreach (string file in s_companions.Where(file => File.Exists(Path.Combine(source, file))))
            File.Copy(Path.Combine(source, file), Path.Combine(beside, file));
        WriteConfiguration(Path.Combine(source, LlamaConfig.FileName), Path.Combine(beside, LlamaConfig.FileName), weights);
    }, Checkpoint.Part);

    /// <summary>
    /// The tensors of a weight in the format in which it is held. 8-bit blocks have no layout that other programs read, so
    /// the file gets the numbers that they stand for.
    /// </summary>
    private static IReadOnlyList<SafetensorsTensor> Tensors(NamedWeight named)
    {
        FrozenWeight weight = named.Weight;
        WeightFormat format = weight.Format;
        return format.Bits switch
        {
            4 => QuantizedTensorWriter.Tensors(named.Name, weight.Shape, format, weight.Packed.ToQuantizedValues),
            16 => [SafetensorsTensor.OfBytes(
                named.Name,
                format == WeightFormat.BFloat16 ? SafetensorsType.BF16 : SafetensorsType.F16,
                WeightNames.LongDimensions(weight),
                bytes => weight.Packed.ToQuantizedValues().Codes.CopyTo(bytes))],
            _ => [SafetensorsTensor.OfFloats(named.Name, WeightNames.LongDimensions(weight), weight.CopyTo)],
        };
    }

    /// <summary>Copies the configuration, in which the type of the numbers, and how they are quantized, become what is written.</summary>
    private static void WriteConfiguration(string source, string destination, List<NamedWeight> weights)
    {
        System.Text.Json.Nodes.JsonObject json = JsonNode.Parse(File.ReadAllText(source))!.AsObject();
        json[json.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype"] = NumberType(weights);
        json.Remove(BitsAndBytesConfig.Key);
        if (weights.FirstOrDefault(weight => weight.Weight.Format.Bits == 4)?.Weight.Format is { } quantized)
        {
            BitsAndBytesConfig config = new()
            {
                Format = quantized.Numbers!.Value,
                DoubleQuantized = quantized.DoubleQuantized,
                SkippedModules = [.. weights.Where(weight => weight.Module is Linear or LanguageModelHead && weight.Weight.Format.Bits > 4).Select(weight => weight.Module.CheckpointPath).DefaultIfEmpty("lm_head")],
            };
            json[BitsAndBytesConfig.Key] = config.ToJson();
        }

        File.WriteAllText(destination, json.ToJsonString(s_indented));
    }

    /// <summary>The type that holds the numbers of all matrices that are not quantized: what a reader turns them into.</summary>
    private static string NumberType(List<NamedWeight> weights)
    {
        WeightFormat[] formats = [.. weights.Where(weight => weight.Weight.Shape.Dimensions.Length == 2 && weight.Weight.Format.Bits > 4).Select(weight => weight.Weight.Format).Distinct()];
        return formats switch
        {
            [{ Numbers: QuantizationFormat.BFloat16 }] => "bfloat16",
            [{ Numbers: QuantizationFormat.Float16 }] => "float16",
            _ => "float32",
        };
    }
}
