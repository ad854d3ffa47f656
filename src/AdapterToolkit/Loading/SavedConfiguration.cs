using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>
/// Writes <c>config.json</c> and <c>generation_config.json</c> of a saved model: those of the checkpoint that it was loaded from, in which
/// all names of what has changed say the same. Everything else is kept as it is written.
/// </summary>
internal static class SavedConfiguration
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Entries of <c>config.json</c> that a <c>generation_config.json</c> made from it has too.</summary>
    private static readonly string[] s_shared = ["bos_token_id", "pad_token_id", "transformers_version"];

    /// <summary>Writes both files.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The folder of the checkpoint that the model was loaded from.</param>
    /// <param name="destination">The folder to write to.</param>
    /// <param name="formats">How the weights are written.</param>
    /// <param name="endTokens">What ends an answer, or null for what both files say together.</param>
    public static void Write(Model model, string source, string destination, SavedFormats formats, EndTokens? endTokens)
    {
        string generation = Path.Combine(source, FileNames.GenerationSettings), config = Path.Combine(source, FileNames.Configuration);
        bool hasGeneration = File.Exists(generation);
        EndTokens? ends = endTokens ?? (hasGeneration ? Together(source) : null);
        if (File.Exists(config))
            Copy(config, Path.Combine(destination, FileNames.Configuration), json => Changes(json, model, formats, ends));
        string copy = Path.Combine(destination, FileNames.GenerationSettings);
        if (hasGeneration && ends is null)
            CompanionFiles.Copy(new FileInfo(generation), destination);
        else if (hasGeneration)
            Copy(generation, copy, json => EndChanges(json, ends));
        else if (endTokens is not null && File.Exists(config))
            AtomicFile.Write(copy, stream => stream.Write(JsonFile.Read(config, json => Generation(json, endTokens))));
    }

    /// <summary>What both files say; null where one can't be read, so that what nobody asked to change is copied as it is.</summary>
    private static EndTokens? Together(string source)
    {
        try
        {
            return EndTokens.FromFolder(source);
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private static void Copy(string source, string destination, Func<JsonObject, Dictionary<string, string?>> changes)
    {
        byte[] text = JsonFile.ReadAllBytes(source);
        byte[] changed = JsonText.With(text, JsonFile.Parse(source, text, changes));
        AtomicFile.Write(destination, stream => stream.Write(changed));
    }

    private static Dictionary<string, string?> Changes(JsonObject json, Model model, SavedFormats formats, EndTokens? ends)
    {
        Dictionary<string, string?> changes = EndChanges(json, ends);
        if (formats.NumberType is { } type)
        {
            string[] names = [.. ElementTypes.Keys.Where(key => json.Element.TryGetProperty(key, out _))];
            foreach (string name in names.Length > 0 ? names : ElementTypes.Keys[..1])
                changes[name] = $"\"{type}\"";
        }

        if (formats.Quantization is not { } quantization)
            changes[BitsAndBytesConfig.Key] = null;
        else if (json.Find(BitsAndBytesConfig.Key) is null || WeightNames.Of(model).Any(named => IsQuantizedOtherwise(named.Weight)))
            changes[BitsAndBytesConfig.Key] = Describe(model, quantization, formats.NumberType!).ToJson().ToJsonString(s_indented);
        return changes;
    }

    /// <summary>Whether a weight in 4 bits has another format than in the checkpoint.</summary>
    private static bool IsQuantizedOtherwise(FrozenWeight weight) => weight.FileFormat.Bits == 4 ? weight.Format != weight.FileFormat : weight.Format.Bits == 4;

    /// <summary>What the file says otherwise than the tokens; a number where there is one, a list where there are several.</summary>
    private static Dictionary<string, string?> EndChanges(JsonObject json, EndTokens? ends)
    {
        if (ends is null || ends.Ids.Count == 0 || EndTokens.Read(json).ToHashSet().SetEquals(ends.Ids))
            return [];
        return new() { [EndTokens.Key] = ends.ToJson() };
    }

    /// <summary>A file such as transformers make of a configuration where there is none.</summary>
    private static byte[] Generation(JsonObject config, EndTokens ends)
    {
        Dictionary<string, string?> entries = new() { ["_from_model_config"] = "true", [EndTokens.Key] = ends.Ids.Count > 0 ? ends.ToJson() : null };
        foreach (string key in s_shared)
            entries[key] = config.Find(key)?.GetRawText();
        return [.. JsonText.With("{}"u8, entries), (byte)'\n'];
    }

    private static BitsAndBytesConfig Describe(Model model, WeightFormat quantization, string type)
    {
        // A head that shares the embedding's weight is no tensor of its own, but a layer that others would quantize.
        IEnumerable<string> dense = model.SelfAndDescendants
            .Where(module => module is LanguageModelHead || (module is Linear layer && layer.Weight.Format.Bits != 4))
            .Select(module => module.CheckpointPath);
        return new BitsAndBytesConfig
        {
            Format = quantization.Numbers!.Value,
            DoubleQuantized = quantization.DoubleQuantized,
            ComputeType = type,
            SkippedModules = [.. dense.Distinct()],
        };
    }
}
