using AdapterToolkit.Formats;
using AdapterToolkit.Models.Llama;

namespace AdapterToolkit.Models;

/// <summary>The families of models, by the <c>model_type</c> of their configurations. A further one is a further line.</summary>
internal static class ModelFamilies
{
    private static readonly (string ModelType, Func<JsonObject, CausalModelConfig> Read)[] s_families =
    [
        (LlamaConfig.ModelType, LlamaConfigReader.Read),
    ];

    /// <summary>Reads a configuration as that of its family.</summary>
    /// <param name="json">The configuration.</param>
    /// <exception cref="CheckpointException">The family is not known, or its configuration is malformed.</exception>
    public static CausalModelConfig Read(JsonObject json)
    {
        string modelType = json.GetText("model_type");
        return Array.Find(s_families, family => family.ModelType == modelType).Read is { } read
            ? read(json)
            : throw json.Error(
                "model_type",
                $"is '{Excerpt.Of(modelType)}', a family that is not known; {string.Join(", ", s_families.Select(family => $"'{family.ModelType}'"))} "
                    + $"{(s_families.Length == 1 ? "is" : "are")}.");
    }
}
