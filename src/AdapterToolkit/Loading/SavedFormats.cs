using AdapterToolkit.Formats;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>
/// In which format each weight of a model is written. Weights that are held in 4 bits keep them. Where there are such, everything else has
/// one element type, since transformers keep the types of a quantized file and multiply no two of them: that of <c>config.json</c>
/// or, where it names none, the one that most numbers of the checkpoint have. Where there are none, each weight has its own:
/// that of the checkpoint's tensor, or the one that it was merged to.
/// </summary>
internal sealed class SavedFormats
{
    private readonly Dictionary<FrozenWeight, WeightFormat> _formats;

    private SavedFormats(Dictionary<FrozenWeight, WeightFormat> formats, WeightFormat? quantization, string? numberType)
    {
        _formats = formats;
        Quantization = quantization;
        NumberType = numberType;
    }

    /// <summary>The format of the weights in 4 bits, of the first where they differ; null where there are none.</summary>
    public WeightFormat? Quantization { get; }

    /// <summary>What the configuration is to say about the type of numbers; null for what it says already.</summary>
    public string? NumberType { get; }

    /// <summary>The format of a weight.</summary>
    public WeightFormat this[FrozenWeight weight] => _formats[weight];

    /// <summary>Decides on the formats of a model's weights.</summary>
    /// <param name="weights">The weights, each once.</param>
    /// <param name="stated">The element type that <c>config.json</c> names, or null.</param>
    /// <param name="fullPrecision">Whether everything that is not quantized is to be in float32.</param>
    public static SavedFormats Of(IReadOnlyList<NamedWeight> weights, WeightFormat? stated, bool fullPrecision)
    {
        FrozenWeight[] all = [.. weights.Select(weight => weight.Weight)];
        WeightFormat? quantization = all.FirstOrDefault(IsQuantized)?.Format;
        WeightFormat? common = fullPrecision || (quantization is not null && all.Any(NeedsFullPrecision)) ? WeightFormat.FullPrecision
            : quantization is not null ? stated ?? MostFrequent(all)
            : null;
        Dictionary<FrozenWeight, WeightFormat> formats = all.ToDictionary(
            weight => weight,
            weight => IsQuantized(weight) ? weight.Format
                : common ?? (NeedsFullPrecision(weight) ? WeightFormat.FullPrecision : weight.MergedType ?? weight.ElementType));
        WeightFormat[] types = [.. formats.Where(format => !IsQuantized(format.Key)).Select(format => format.Value).Distinct()];
        bool isAsLoaded = quantization is null && all.All(weight => weight.FileFormat == formats[weight]);
        string? numberType = common is not null ? ElementTypes.NameOf(common)
            : isAsLoaded && (stated is null || types.Contains(stated)) ? null
            : ElementTypes.NameOf(types is [WeightFormat only] ? only : WeightFormat.FullPrecision);
        return new SavedFormats(formats, quantization, numberType);
    }

    /// <summary>The element type beside which a quantized weight is written, and that its settings name.</summary>
    public WeightFormat ElementTypeOfQuantized => ElementTypes.Find(NumberType!)!;

    private static bool IsQuantized(FrozenWeight weight) => weight.Format.Bits == 4;

    /// <summary>
    /// Whether 16 bits would change numbers that nobody asked to round: a weight that was merged to 32 bits, codes of 8 bits, which
    /// no other program reads, and numbers that were decoded from a quantized file.
    /// </summary>
    private static bool NeedsFullPrecision(FrozenWeight weight) =>
        !IsQuantized(weight)
            && (weight.MergedType == WeightFormat.FullPrecision || (weight.MergedType is null && (weight.Format.HasBlocks || weight.FileFormat.HasBlocks)));

    private static WeightFormat MostFrequent(FrozenWeight[] weights) =>
        weights.GroupBy(weight => weight.ElementType).MaxBy(group => group.Sum(weight => (long)weight.Shape.Elements))?.Key ?? WeightFormat.FullPrecision;
}
