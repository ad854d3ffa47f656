using AdapterToolkit.Quantization;

namespace AdapterToolkit.Checkpoints;

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

    /// <summary>The type that a configuration says the model has; null where it says none of the three.</summary>
    public static WeightFormat? Find(JsonObject config) =>
        Keys.Select(key => config.Find(key) is { ValueKind: System.Text.Json.JsonValueKind.String } name ? Find(name.GetString()!) : null).FirstOrDefault(type => type is not null);

    /// <summary>The type in a file.</summary>
    public static SafetensorsType InFile(WeightFormat type) => type.Numbers switch
    {
        null => SafetensorsType.F32,
        QuantizationFormat.BFloat16 => SafetensorsType.BF16,
        QuantizationFormat.Float16 => SafetensorsType.F16,
        _ => throw new ArgumentException($"{type} is no element type.", nameof(type)),
    };
}
