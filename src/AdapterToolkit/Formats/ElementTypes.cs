using AdapterToolkit.Quantization;

namespace AdapterToolkit.Formats;

/// <summary>The element types of weights that are not quantized: float32, bfloat16 and float16, by their names in configurations and files.</summary>
internal static class ElementTypes
{
    /// <summary>The entries of <c>config.json</c> that name the model's element type: the newer name, and the older one.</summary>
    internal static readonly string[] Keys = ["dtype", "torch_dtype"];

    private const string Prefix = "torch.";

    /// <summary>The name in configurations.</summary>
    public static string NameOf(WeightFormat type) => type.ToString();

    /// <summary>The type of a name, with or without PyTorch's prefix; null where it is none of the three.</summary>
    public static WeightFormat? Find(string name) =>
        new[] { WeightFormat.FullPrecision, WeightFormat.BFloat16, WeightFormat.Float16 }.FirstOrDefault(type => NameOf(type) == PlainName(name));

    /// <summary>A name without PyTorch's prefix.</summary>
    public static string PlainName(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>The type that a configuration says the model has; null where it says none.</summary>
    /// <exception cref="CheckpointException">It is no text, or none of the three.</exception>
    public static WeightFormat? Find(JsonObject config) => Keys.Select(key => Find(config, key)).ToArray().FirstOrDefault(type => type is not null);

    /// <summary>The type that the configuration in a checkpoint's folder says the model has; null where it says none, or there is no configuration.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">It is no text, or none of the three.</exception>
    public static WeightFormat? FindIn(string folder)
    {
        string config = Path.Combine(folder, FileNames.Configuration);
        return File.Exists(config) ? JsonFile.Read(config, Find) : null;
    }

    private static WeightFormat? Find(JsonObject config, string key)
    {
        if (config.FindOn(key) is not { } value)
            return null;
        string name = config.AsText(key, value);
        return Find(name) ?? throw config.Error(key,
            $"is '{Excerpt.Of(name)}', which is no type of numbers that is known here; 'float32', 'bfloat16' or 'float16' is needed.");
    }

    /// <summary>The type in a file.</summary>
    public static SafetensorsType InFile(WeightFormat type) => type.Numbers switch
    {
        null => SafetensorsType.F32,
        QuantizationFormat.BFloat16 => SafetensorsType.BF16,
        QuantizationFormat.Float16 => SafetensorsType.F16,
        _ => throw new ArgumentException($"{type} is no element type.", nameof(type)),
    };
}
