using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Modules;

/// <content>How adapters and trained weights become part of the model's weights, and how that is taken back.</content>
public abstract partial class LanguageModel
{
    /// <summary>
    /// Adds every layer's s·BA to its weight, so that the model costs what it costs without an adapter. Weights marked
    /// <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <param name="requantize">Whether weights in 4 or 8 bits are to be quantized anew, which rounds most of an adapter away.</param>
    /// <returns>The largest absolute difference between a sum and the weight as it is held now: zero in float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already, or a weight is in 4 or 8 bits and <paramref name="requantize"/> is false: no layer is merged then. Or a sum is too large for the
    /// weight's format: the layers before it are merged.
    /// </exception>
    public float Merge(bool reversible = false, bool requantize = false)
    {
        using ExclusiveUse.Hold use = Enter();
        foreach (Linear layer in LinearLayers)
            layer.ThrowIfUnmergeable(requantize);
        float largest = LinearLayers.Aggregate(0f, (error, layer) => Math.Max(error, layer.Merge(reversible, requantize)));
        MergeNorms(reversible, norm => norm.MergedType);
        return largest;
    }

    /// <summary>
    /// Decodes every linear layer's weight, adds s·BA, and leaves the layer dense. Weights marked <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <returns>The largest absolute difference between a sum and the weight as it is held now: zero for 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bits are neither 16 nor 32.</exception>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already: no layer is merged then. Or a sum is too large for float16: the layers before it are merged.
    /// </exception>
    public float MergeTo(int bits, bool reversible = false)
    {
        using ExclusiveUse.Hold use = Enter();
        foreach (Linear layer in LinearLayers)
            layer.ThrowIfUnmergeable(requantize: true);
        float largest = LinearLayers.Aggregate(0f, (error, layer) => Math.Max(error, layer.MergeTo(bits, reversible)));
        MergeNorms(reversible, norm => bits == 32 ? WeightFormat.FullPrecision : norm.MergedType);
        return largest;
    }

    /// <summary>
    /// Decodes every linear layer's weight, adds s·BA, and leaves the layer dense, in the element type that the checkpoint has for it: for a quantized one the type that its
    /// numbers had before. Weights marked <see cref="TrainableAttribute"/> become the model's.
    /// </summary>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <returns>What rounding changed; nothing where the checkpoint has float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// An adapter is merged already: no layer is merged then. Or a sum is too large for float16: the layers before it are merged.
    /// </exception>
    public MergeRounding MergeToBaseType(bool reversible = false)
    {
        using ExclusiveUse.Hold use = Enter();
        foreach (Linear layer in LinearLayers)
            layer.ThrowIfUnmergeable(requantize: true);
        MergeRounding rounding = LinearLayers.Aggregate(default(MergeRounding), (sum, layer) => sum + layer.MergeToBaseType(reversible));
        MergeNorms(reversible, norm => norm.ElementType);
        return rounding;
    }

    /// <summary>Takes a reversible merge back.</summary>
    public void Unmerge()
    {
        using ExclusiveUse.Hold use = Enter();
        foreach (Linear layer in LinearLayers.Where(layer => layer.IsMerged))
            layer.Unmerge();
        foreach (RmsNorm norm in TrainableNorms)
            norm.Unmerge();
    }

    private void MergeNorms(bool reversible, Func<FrozenWeight, WeightFormat?> savedType)
    {
        foreach (RmsNorm norm in TrainableNorms)
            norm.Merge(reversible, savedType);
    }
}
