using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>What the adapter in use has for a single layer: its factors, and their merge into the layer's weight.</summary>
public static class LayerAdapters
{
    extension(Linear layer)
    {
        /// <summary>The factors of the adapter in use; null where it has none for this layer, and after a merge for good.</summary>
        public LowRankFactors? Factors => Find(layer)?.Factors;

        /// <summary>Whether the weight contains an adapter's product whose factors are kept for <see cref="Unmerge"/>.</summary>
        public bool IsMerged => Find(layer)?.IsMerged ?? false;
    }

    /// <summary>Gives the layer an adapter's factors, or takes them away. The adapter becomes their holder.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="factors">The factors; null to run without adapter.</param>
    /// <exception cref="ArgumentException">The factors are not of the layer's size.</exception>
    /// <exception cref="InvalidOperationException">The class is not marked <see cref="LowRankAttribute"/>, or an adapter is merged into the weight.</exception>
    public static void SetFactors(this Linear layer, LowRankFactors? factors) => Of(layer).SetFactors(factors);

    /// <summary>
    /// Adds s·BA to W, so that the layer costs what it costs without an adapter, and keeps W's format. A weight in 16 bits
    /// takes the sum rounded to them; one in 4 or 8 bits only where that is asked for, since they round most of an adapter away.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="reversible">
    /// Whether A and B, and the codes of a weight that is not in float32, are kept for <see cref="Unmerge"/>; otherwise they are released.
    /// </param>
    /// <param name="requantize">Whether a weight in 4 or 8 bits is to be quantized anew.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero in float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// The adapter is merged already, or the weight is in 4 or 8 bits and <paramref name="requantize"/> is false.
    /// </exception>
    public static float Merge(this Linear layer, bool reversible = false, bool requantize = false) => Of(layer).Merge(reversible, requantize);

    /// <summary>
    /// Decodes W, adds s·BA, and leaves the same layer dense: in 32 bits, or in 16 where the layer is marked <see cref="QuantizedAttribute"/>. The
    /// 16 bits are those of the checkpoint, float16 or bfloat16; bfloat16 where it has 32.
    /// </summary>
    /// <remarks>A layer that is not marked so keeps 32 bits, which hold numbers that 16 bits can hold, and is saved in 16.</remarks>
    /// <param name="layer">The layer.</param>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether A, B and W's present contents are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero for 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bits are neither 16 nor 32.</exception>
    /// <exception cref="InvalidOperationException">The adapter is merged already, or a sum is too large for float16; the layer is then what it was.</exception>
    public static float MergeTo(this Linear layer, int bits, bool reversible = false) => Of(layer).MergeTo(bits, reversible);

    /// <summary>
    /// Decodes W, adds s·BA, and leaves the same layer dense, in the element type that the checkpoint has for it: for a quantized one the type that its numbers
    /// had before.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="reversible">Whether A, B and W's present contents are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <returns>What rounding changed.</returns>
    /// <exception cref="InvalidOperationException">The adapter is merged already, or a sum is too large for float16; the layer is then what it was.</exception>
    public static MergeRounding MergeToBaseType(this Linear layer, bool reversible = false) => Of(layer).MergeToBaseType(reversible);

    /// <summary>
    /// Takes a reversible merge back, and the adapter runs beside W again. A weight that was in float32, and merged in it, is
    /// what it was up to rounding; every other one exactly.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <exception cref="InvalidOperationException">No adapter is merged, or it was merged for good.</exception>
    public static void Unmerge(this Linear layer) => Of(layer).Unmerge();

    private static AdaptedLayer? Find(Linear layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.AdapterWeights switch
        {
            LowRankAdapter adapter => adapter.Of(layer),
            AdaptedLayer own => own,
            _ => null,
        };
    }

    /// <summary>What the adapter of the layer's model has for it; for a layer that is part of no model, what it has itself.</summary>
    private static AdaptedLayer Of(Linear layer)
    {
        if (Find(layer) is { } found)
            return found;
        AdaptedLayer own = new(layer);
        layer.AdapterWeights = own;
        return own;
    }
}
