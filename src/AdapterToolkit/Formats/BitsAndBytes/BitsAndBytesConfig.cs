using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>
/// How the linear layers of a checkpoint are quantized: the entry <c>quantization_config</c> of <c>config.json</c>, as Hugging
/// Face's transformers write it for bitsandbytes' 4-bit formats.
/// </summary>
public sealed record BitsAndBytesConfig
{
    /// <summary>The entry of <c>config.json</c>.</summary>
    public const string Key = "quantization_config";

    private const string Method = "bitsandbytes";

    /// <summary>NF4 or FP4.</summary>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.FP4;

    /// <summary>Whether the scales of blocks are themselves in 8 bits.</summary>
    public bool DoubleQuantized { get; init; }

    /// <summary>The modules that are not quantized, by their names or the ends of them.</summary>
    public IReadOnlyList<string> SkippedModules { get; init; } = ["lm_head"];

    /// <summary>
    /// The element type in which other programs are to multiply by the weights (<c>bnb_4bit_compute_dtype</c>). The toolkit does in float32 whatever a file
    /// says, so that this is not read, and configurations which differ in it are equal.
    /// </summary>
    public string ComputeType { get; init; } = "float32";

    /// <summary>The entry's object, with the keys that transformers write, to be put into a <c>config.json</c> under <see cref="Key"/>.</summary>
    public System.Text.Json.Nodes.JsonObject ToJson() => new()
    {
        ["_load_in_4bit"] = true,
        ["_load_in_8bit"] = false,
        ["bnb_4bit_compute_dtype"] = ComputeType,
        ["bnb_4bit_quant_storage"] = "uint8",
        ["bnb_4bit_quant_type"] = QuantizationState.NameOf(Format),
        ["bnb_4bit_use_double_quant"] = DoubleQuantized,
        ["llm_int8_enable_fp32_cpu_offload"] = false,
        ["llm_int8_has_fp16_weight"] = false,
        ["llm_int8_skip_modules"] = new JsonArray([.. SkippedModules.Select(module => (JsonNode)module)]),
        ["llm_int8_threshold"] = JsonNode.Parse("6.0"),
        ["load_in_4bit"] = true,
        ["load_in_8bit"] = false,
        ["quant_method"] = Method,
    };

    /// <inheritdoc/>
    public bool Equals(BitsAndBytesConfig? other) =>
        other is not null && (Format, DoubleQuantized) == (other.Format, other.DoubleQuantized) && SkippedModules.SequenceEqual(other.SkippedModules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Format, DoubleQuantized, SkippedModules.Count);

    /// <summary>
    /// Whether a module is one of <see cref="SkippedModules"/>, by the rules of transformers 4 (a name followed by a dot occurs in the path) and 5 (the path
    /// begins or ends with a name).
    /// </summary>
    /// <param name="path">The module's path: <c>model.layers.0.mlp.down_proj</c>.</param>
    public bool Skips(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return SkippedModules.Any(name => path.StartsWith(name, StringComparison.Ordinal)
            || path.EndsWith(name, StringComparison.Ordinal)
            || path.Contains(name + ".", StringComparison.Ordinal));
    }

    /// <summary>Reads the entry of a <c>config.json</c>; null where there is none, or it is switched off.</summary>
    /// <param name="root">The file's object.</param>
    /// <exception cref="CheckpointException">The weights are quantized by another method, or not in 4 bits.</exception>
    internal static BitsAndBytesConfig? Find(JsonObject root)
    {
        if (root.FindOn("compression_config") is not null)
            throw root.Error(
                "compression_config",
                "says that the weights are compressed (compressed-tensors), which is not read. "
                    + "Load the unquantized checkpoint: the toolkit quantizes while it loads.");
        return root.FindObjectOn(Key) is { } quantization ? Read(quantization) : null;
    }

    /// <summary>Reads the entry.</summary>
    /// <param name="json">The entry's object.</param>
    /// <exception cref="CheckpointException">The weights are quantized by another method, or not in 4 bits.</exception>
    internal static BitsAndBytesConfig Read(JsonObject json)
    {
        string method = json.FindText("quant_method") ?? Method;
        if (method != Method)
            throw json.Error(
                "quant_method",
                $"is '{Excerpt.Of(method)}'{Describe(method)}; of quantized checkpoints only those of '{Method}' in 4 bits are read. "
                    + "Load the unquantized checkpoint: the toolkit quantizes while it loads.");
        if (json.FindBool("load_in_8bit", false))
            throw json.Error(
                "load_in_8bit",
                "says that the weights are in bitsandbytes' LLM.int8() format (Linear8bitLt), which is not supported. "
                    + "Load the unquantized checkpoint: the toolkit quantizes while it loads.");
        if (!json.FindBool("load_in_4bit", false))
            throw json.Error("load_in_4bit", $"is not true; of checkpoints quantized by {Method} only those in 4 bits are read.");
        if (json.FindText("bnb_4bit_quant_storage") is { } storage && storage != "uint8")
            throw json.Error("bnb_4bit_quant_storage", $"is '{Excerpt.Of(storage)}'; only 'uint8' is supported.");
        string type = json.FindText("bnb_4bit_quant_type") ?? QuantizationState.NameOf(QuantizationFormat.FP4);
        return new BitsAndBytesConfig
        {
            Format = QuantizationState.FormatOf(type)
                ?? throw json.Error("bnb_4bit_quant_type", $"is '{Excerpt.Of(type)}'; {QuantizationState.FormatNames} is needed."),
            DoubleQuantized = json.FindBool("bnb_4bit_use_double_quant", false),
            SkippedModules = json.FindOn("llm_int8_skip_modules") is null ? [] : json.FindTexts("llm_int8_skip_modules") ?? [],
        };
    }

    private static string Describe(string method) => method switch
    {
        "fp8" or "fbgemm_fp8" or "finegrained_fp8" => " (8-bit floating point)",
        "gptq" or "awq" => " (4-bit integers with scales and zeros)",
        "compressed-tensors" => " (llm-compressor's packed weights)",
        "mxfp4" => " (4-bit floating point in blocks of 32)",
        _ => "",
    };
}
