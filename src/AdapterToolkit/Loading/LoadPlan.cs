using System.Text.RegularExpressions;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>What is loaded, and in which format it will be held: decided, or refused, before the first number is read.</summary>
/// <param name="Weights">The weights, in the order of the modules.</param>
/// <param name="Remarks">What is odd about the files, but no error.</param>
internal sealed partial record LoadPlan(IReadOnlyList<PlannedWeight> Weights, IReadOnlyList<string> Remarks)
{
    /// <summary>A tensor of older checkpoints that is computed from the configuration.</summary>
    private const string RotaryFrequencies = ".rotary_emb.inv_freq";

    /// <summary>Makes the plan of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="storage">Whether layers are quantized as they are marked.</param>
    /// <exception cref="CheckpointException">
    /// A tensor is missing, unknown, of another shape or type, or contradicts another one or the configuration.
    /// </exception>
    internal static LoadPlan Of(Model model, Checkpoint checkpoint, WeightStorage storage)
    {
        List<NamedWeight> weights = WeightNames.Of(model);
        Dictionary<string, WeightFormat> formats = weights.ToDictionary(weight => weight.Name, weight => Check(checkpoint, weight));
        CheckUnknown(model, checkpoint, formats);
        foreach ((NamedWeight shared, string first) in WeightNames.SharedOf(model))
            CheckShared(checkpoint, shared.Name, first);

        QuantizationAgreement quantization = QuantizationAgreement.Of(checkpoint);
        List<PlannedWeight> plan = [];
        foreach (NamedWeight weight in weights)
        {
            WeightFormat inFile = formats[weight.Name];
            bool staysDense = quantization.Check(weight, inFile);
            plan.Add(new PlannedWeight(weight, inFile, FormatFor(checkpoint, weight, inFile, staysDense ? WeightStorage.Dense : storage)));
        }

        return new LoadPlan(plan, [.. checkpoint.Remarks, .. quantization.Remarks]);
    }

    /// <summary>Checks that the checkpoint has a weight, and how, without reading its numbers.</summary>
    /// <returns>The format that its numbers have in the file.</returns>
    private static WeightFormat Check(Checkpoint checkpoint, NamedWeight weight)
    {
        if (!checkpoint.Contains(weight.Name))
            throw new CheckpointException(
                checkpoint.FilePath,
                $"does not hold the tensor, which the model needs with shape {weight.Weight.Shape}.{WhyMissing(checkpoint, weight.Name)}",
                weight.Name);
        if (QuantizedTensorReader.Check(checkpoint, weight.Name, weight.Weight.Shape) is { } quantized)
            return quantized;
        SafetensorsType type = checkpoint.GetEntry(weight.Name).Type;
        if (type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16))
            throw checkpoint.Error(weight.Name, ForeignQuantization.Explain(type));
        checkpoint.RequireShape(weight.Name, WeightNames.LongDimensions(weight.Weight));
        return type switch
        {
            SafetensorsType.BF16 => WeightFormat.BFloat16,
            SafetensorsType.F16 => WeightFormat.Float16,
            _ => WeightFormat.FullPrecision,
        };
    }

    private static string WhyMissing(Checkpoint checkpoint, string name)
    {
        if (ForeignQuantization.Explain(checkpoint, name) is { Length: > 0 } quantized)
            return quantized;
        string? other = checkpoint.Names.FirstOrDefault(candidate =>
            candidate.EndsWith("." + name, StringComparison.Ordinal) || name.EndsWith("." + candidate, StringComparison.Ordinal));
        return other is null
            ? ""
            : $" It has '{Excerpt.Of(other)}': where that is meant, rename it while loading with {nameof(LoadOptions)}.{nameof(LoadOptions.MapTensor)}.";
    }

    private static void CheckUnknown(Model model, Checkpoint checkpoint, Dictionary<string, WeightFormat> formats)
    {
        HashSet<string> known =
        [
            .. formats.Keys,
            .. WeightNames.SharedOf(model).Select(shared => shared.Weight.Name),
            .. formats.Where(format => format.Value.HasBlocks).SelectMany(format => QuantizedTensorReader.CompanionNames(checkpoint, format.Key)),
        ];
        if (checkpoint.Names.FirstOrDefault(name => !known.Contains(name) && !name.EndsWith(RotaryFrequencies, StringComparison.Ordinal)) is { } unknown)
            throw checkpoint.Error(
                unknown,
                $"is unknown to the model: it has no weight of that name. {WhyUnknown(unknown, known)} "
                    + $"It can be left out, renamed or transposed while loading with {nameof(LoadOptions)}.{nameof(LoadOptions.MapTensor)}.");
    }

    /// <summary>A tensor of a layer beyond the last one comes of a configuration with too few layers.</summary>
    private static string WhyUnknown(string unknown, HashSet<string> known)
    {
        Match number = LayerNumber().Match(unknown);
        if (!number.Success)
            return "Is this a checkpoint of another architecture?";
        string before = unknown[..number.Groups[1].Index], after = unknown[(number.Groups[1].Index + number.Groups[1].Length)..];
        int layers = 0;
        while (known.Contains($"{before}{layers}{after}"))
            layers++;
        return layers > 0
            ? $"The model has {layers} of '{Excerpt.Of(before.TrimEnd('.'))}', and this belongs to one more: "
                + $"is 'num_hidden_layers' in {FileNames.Configuration} that of another checkpoint?"
            : "Is this a checkpoint of another architecture?";
    }

    /// <summary>A weight that modules share may be in the file under each of its names, but then with the same numbers.</summary>
    private static void CheckShared(Checkpoint checkpoint, string name, string first)
    {
        if (checkpoint.Contains(name) && !checkpoint.AreEqual(name, first))
        {
            throw checkpoint.Error(
                name,
                $"differs from '{Excerpt.Of(first)}', though the model has one weight for both ('tie_word_embeddings' in {FileNames.Configuration}). "
                    + "Set 'tie_word_embeddings' to false where this is the head's own weight, "
                    + $"or leave it out while loading with {nameof(LoadOptions)}.{nameof(LoadOptions.MapTensor)}.");
        }
    }

    /// <summary>
    /// How a weight is to be held. What is quantized in the file in one way is not quantized once more in another, which would add up the errors of both.
    /// </summary>
    private static WeightFormat FormatFor(Checkpoint checkpoint, NamedWeight weight, WeightFormat inFile, WeightStorage storage)
    {
        WeightFormat format = weight.Module.FormatFor(weight.Weight, inFile, storage);
        if (inFile.HasBlocks && format != inFile && format.Numbers is not null)
        {
            throw checkpoint.Error(
                weight.Name,
                $"is stored in {inFile}, but {weight.Module.ClassName} is marked for {format}. "
                    + $"Mark the class [Quantized({inFile.Bits}, Format = QuantizationFormat.{inFile.Numbers}, BlockSize = {inFile.BlockSize}, "
                    + $"DoubleQuantized = {(inFile.DoubleQuantized ? "true" : "false")})], or load with WeightStorage.Dense.");
        }

        long bytes = QuantizedValues.CodeBytes(format, weight.Weight.Shape.Elements);
        if (format.Numbers is not null && bytes > Array.MaxLength)
            throw checkpoint.Error(
                weight.Name,
                $"takes {bytes} bytes in {format}; more than {Array.MaxLength} are not supported. Mark {weight.Module.ClassName} for fewer bits.");
        return format;
    }

    [GeneratedRegex(@"\.(\d{1,9})\.")]
    private static partial Regex LayerNumber();
}
