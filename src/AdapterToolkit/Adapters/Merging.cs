using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>How adapters and trained weights become part of the model's weights, and how that is taken back.</summary>
/// <remarks>
/// All layers are merged or none: what refuses a merge is looked for in every layer before the first is changed. Only where the device has no room left on
/// the way (<see cref="DeviceMemoryException"/>) are the layers before merged. The model computes what it did; the same call again merges the rest.
/// </remarks>
public static class Merging
{
    /// <summary>
    /// Adds every layer's s·BA to its weight, so that the model costs what it costs without an adapter. Weights marked
    /// <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <param name="requantize">Whether weights in 4 or 8 bits are to be quantized anew, which rounds most of an adapter away.</param>
    /// <returns>The largest absolute difference between a sum and the weight as it is held now: zero in float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already, a weight is in 4 or 8 bits and <paramref name="requantize"/> is false, or a sum is too large for its weight's
    /// format; the message names the layer, and none is merged.
    /// </exception>
    public static float Merge(this Model model, bool reversible = false, bool requantize = false)
    {
        using ExclusiveUse.Hold use = model.Enter();
        ThrowIfUnmergeable(model, requantize, layer => layer.Weight.Format);
        float largest = Layers(model).Aggregate(0f, (error, layer) => Math.Max(error, layer.Merge(reversible, requantize)));
        MergeWeights(model, reversible, weight => weight.MergedType);
        return largest;
    }

    /// <summary>
    /// Decodes every linear layer's weight, adds s·BA, and leaves the layer dense. Weights marked <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <returns>The largest absolute difference between a sum and the weight as it is held now: zero for 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bits are neither 16 nor 32.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already, or a sum is too large for float16; the message names the layer, and none is merged.
    /// </exception>
    public static float MergeTo(this Model model, int bits, bool reversible = false)
    {
        using ExclusiveUse.Hold use = model.Enter();
        ThrowIfUnmergeable(model, requantize: true, layer => LowRankAdapter.Of(model).Of(layer).TypeOf(bits));
        float largest = Layers(model).Aggregate(0f, (error, layer) => Math.Max(error, layer.MergeTo(bits, reversible)));
        MergeWeights(model, reversible, weight => bits == 32 ? WeightFormat.FullPrecision : weight.MergedType);
        return largest;
    }

    /// <summary>
    /// Decodes every linear layer's weight, adds s·BA, and leaves the layer dense, in the element type that the checkpoint has for it: for a quantized one the
    /// type that its numbers had before. Weights marked <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <returns>What rounding changed; nothing where the checkpoint has float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already, or a sum is too large for float16; the message names the layer, and none is merged.
    /// </exception>
    public static MergeRounding MergeToBaseType(this Model model, bool reversible = false)
    {
        using ExclusiveUse.Hold use = model.Enter();
        ThrowIfUnmergeable(model, requantize: true, layer => layer.Weight.ElementType);
        MergeRounding rounding = Layers(model).Aggregate(default(MergeRounding), (sum, layer) => sum + layer.MergeToBaseType(reversible));
        MergeWeights(model, reversible, weight => weight.ElementType);
        return rounding;
    }

    /// <summary>Takes a reversible merge back.</summary>
    /// <param name="model">The model.</param>
    public static void Unmerge(this Model model)
    {
        using ExclusiveUse.Hold use = model.Enter();
        foreach (AdaptedLayer layer in Layers(model).Where(layer => layer.IsMerged))
            layer.Unmerge();
        foreach (TrainableWeight weight in model.TrainableWeights)
            LowRankAdapter.Of(model).Of(weight).Unmerge();
    }

    /// <summary>Refuses a merge that a layer can't take, before any is merged.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requantize">Whether weights in 4 or 8 bits may be quantized anew or decoded.</param>
    /// <param name="formatOf">The format that a layer is to have.</param>
    private static void ThrowIfUnmergeable(Model model, bool requantize, Func<Linear, WeightFormat> formatOf)
    {
        foreach (AdaptedLayer layer in Layers(model))
            layer.ThrowIfUnmergeable(requantize);
        foreach (Linear layer in model.LinearLayers)
            LowRankAdapter.Of(model).Of(layer).ThrowIfSumsUnfit(formatOf(layer));
    }

    private static IEnumerable<AdaptedLayer> Layers(Model model) => model.LinearLayers.Select(LowRankAdapter.Of(model).Of);

    private static void MergeWeights(Model model, bool reversible, Func<FrozenWeight, WeightFormat?> savedType)
    {
        foreach (TrainableWeight weight in model.TrainableWeights)
            LowRankAdapter.Of(model).Of(weight).Merge(reversible, savedType);
    }
}
