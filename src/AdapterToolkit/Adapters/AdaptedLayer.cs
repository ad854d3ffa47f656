using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>What an adapter has for a linear layer: its factors, and whether they are merged into the layer's weight.</summary>
/// <param name="layer">The layer.</param>
/// <remarks>
/// A weight in 16 bits takes a sum rounded to them; one in 4 or 8 bits only where that is asked for, since they round most of an adapter away.
/// </remarks>
internal sealed class AdaptedLayer(Linear layer) : IAdapterWeights
{
    private WeightContents? _unmerged;
    private bool _hadMergedWeight;
    private WeightFormat? _typeBeforeMerge;

    /// <summary>The factors; null where the adapter has none, and after a merge for good.</summary>
    internal LowRankFactors? Factors { get; private set; }

    /// <summary>Whether the weight contains the product of the factors, which are kept for <see cref="Unmerge"/>.</summary>
    internal bool IsMerged { get; private set; }

    /// <summary>The term that the factors add to the layer's product.</summary>
    internal LowRankTerms Terms { get; private set; } = LowRankTerms.None;

    /// <inheritdoc/>
    public LowRankTerms TermsOf(IAdapted other) => ReferenceEquals(other, layer) ? Terms : LowRankTerms.None;

    /// <inheritdoc/>
    public TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => TrainedCopies.None;

    /// <summary>Replaces the factors. Those of before are released.</summary>
    /// <param name="factors">The others, this object's from now on; null for none.</param>
    /// <exception cref="ArgumentException">The factors are not of the layer's size.</exception>
    /// <exception cref="InvalidOperationException">
    /// The layer's class is not marked <see cref="LowRankAttribute"/>, or the factors are merged into its weight.
    /// </exception>
    internal void SetFactors(LowRankFactors? factors)
    {
        if (factors is not null)
            layer.ThrowIfUnfit(factors);
        if (IsMerged)
            throw new InvalidOperationException($"An adapter is merged into the weight of layer '{layer.CheckpointPath}'. Call Unmerge first.");
        if (!ReferenceEquals(Factors, factors))
            Factors?.Dispose();
        Use(factors);
    }

    /// <summary>Adds s·BA to W and keeps W's format.</summary>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    /// <param name="requantize">Whether a weight in 4 or 8 bits is to be quantized anew.</param>
    internal float Merge(bool reversible, bool requantize)
    {
        ThrowIfUnmergeable(requantize);
        if (Factors is null)
            return 0;
        WeightFormat format = layer.Weight.Format;
        if (format == WeightFormat.FullPrecision)
        {
            layer.AddToWeight(Factors, 1);
            EndMerge(reversible, unmerged: null, layer.Weight.MergedType);
            return 0;
        }

        return MergeInto(format, reversible, layer.Weight.MergedType).LargestError;
    }

    /// <summary>Decodes W, adds s·BA, and leaves the layer dense in so many bits.</summary>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    internal float MergeTo(int bits, bool reversible)
    {
        WeightFormat type = TypeOf(bits);
        ThrowIfUnmergeable(requantize: true);
        return MergeInto(type, reversible, type).LargestError;
    }

    /// <summary>Decodes W, adds s·BA, and leaves the layer dense in the element type that the checkpoint has for it.</summary>
    /// <param name="reversible">Whether what <see cref="Unmerge"/> needs is kept; otherwise it is released.</param>
    internal MergeRounding MergeToBaseType(bool reversible)
    {
        ThrowIfUnmergeable(requantize: true);
        return MergeInto(layer.Weight.ElementType, reversible, layer.Weight.ElementType);
    }

    /// <summary>Takes a reversible merge back.</summary>
    /// <exception cref="InvalidOperationException">No adapter is merged, or it was merged for good.</exception>
    internal void Unmerge()
    {
        if (!IsMerged || Factors is null)
        {
            throw new InvalidOperationException($"Layer '{layer.CheckpointPath}' has no merged adapter to take back. Only Merge(reversible: true) and "
                + "MergeTo(.., reversible: true) can be taken back.");
        }

        if (_unmerged is null)
            layer.AddToWeight(Factors, -1);
        else
            layer.Weight.PutBack(_unmerged);
        layer.HasMergedWeight = _unmerged is null || _hadMergedWeight;
        layer.Weight.MergedType = _typeBeforeMerge;
        _unmerged = null;
        IsMerged = false;
        Use(Factors);
    }

    /// <summary>Refuses a merge where one was made already, or where the weight's few bits would take most of it away unasked.</summary>
    internal void ThrowIfUnmergeable(bool requantize)
    {
        if (IsMerged)
            throw new InvalidOperationException($"The adapter of layer '{layer.CheckpointPath}' is merged already.");
        if (Factors is not null && layer.Weight.Format.HasBlocks && !requantize)
        {
            throw new InvalidOperationException($"The weight of layer '{layer.CheckpointPath}' is held in {layer.Weight.Format}, "
                + "which would round the adapter away. "
                + "Call MergeTo(16) or MergeTo(32) to make it dense, or Merge(requantize: true) to accept the error.");
        }
    }

    /// <summary>Refuses a merge whose sums a format can't hold. The layer stays what it is.</summary>
    /// <param name="format">The format.</param>
    /// <exception cref="InvalidOperationException">A sum is too large for the format, infinite or not a number; the message names the tensor.</exception>
    internal void ThrowIfSumsUnfit(WeightFormat format)
    {
        if (format == WeightFormat.FullPrecision || (Factors is null && format == layer.Weight.Format))
            return;
        WeightContents before = layer.DecodeWeight();
        try
        {
            if (Factors is not null)
                layer.AddToWeight(Factors, 1);
            Quantizer.ThrowIfUnsupported(layer.Weight.ToArray(), format, layer.NameOf(layer.Weight));
        }
        catch (InvalidDataException unfit)
        {
            throw Unmergeable(format, unfit);
        }
        finally
        {
            layer.Weight.PutBack(before);
        }
    }

    /// <summary>The element type of a layer that is merged to so many bits.</summary>
    internal WeightFormat TypeOf(int bits) => bits switch
    {
        16 => SixteenBits,
        32 => WeightFormat.FullPrecision,
        _ => throw new ArgumentOutOfRangeException(
            nameof(bits), bits, $"A layer is merged to 16 or 32 bits, not to {bits}. Merge(requantize: true) keeps 4 or 8 bits."),
    };

    /// <summary>Gives the memory of the factors, and of what they were merged into, back; the weight stays as it is.</summary>
    public void Dispose()
    {
        Factors?.Dispose();
        _unmerged?.Dispose();
        _unmerged = null;
        IsMerged = false;
        Use(null);
    }

    /// <summary>The 16-bit type that the layer has, in the checkpoint or by its mark.</summary>
    private WeightFormat SixteenBits => ((WeightFormat[])[layer.Weight.ElementType, layer.Weight.Format, layer.MarkedFormat])
        .FirstOrDefault(format => format.Bits == 16) ?? WeightFormat.BFloat16;

    private void Use(LowRankFactors? factors)
    {
        Factors = factors;
        Terms = factors is null || IsMerged ? LowRankTerms.None : LowRankTerms.Of(factors);
    }

    /// <summary>Replaces W by W + s·BA in a format; by W alone where there is no adapter.</summary>
    /// <param name="format">The format.</param>
    /// <param name="reversible">Whether what it was is kept.</param>
    /// <param name="savedType">The element type in which the layer is saved from then on; null for the checkpoint's.</param>
    private MergeRounding MergeInto(WeightFormat format, bool reversible, WeightFormat? savedType)
    {
        WeightContents before = layer.DecodeWeight();
        try
        {
            float[]? original = Factors is null || format == WeightFormat.FullPrecision ? null : layer.Weight.ToArray();
            if (Factors is not null)
                layer.AddToWeight(Factors, 1);
            MergeRounding rounding = Round(format, original);
            if (Factors is not null)
            {
                EndMerge(reversible, before, savedType);
                return rounding;
            }

            before.Dispose();
            layer.Weight.MergedType = savedType;
            return rounding;
        }
        catch (InvalidDataException tooLarge)
        {
            layer.Weight.PutBack(before);
            throw Unmergeable(format, tooLarge);
        }
        catch
        {
            layer.Weight.PutBack(before);
            throw;
        }
    }

    /// <summary>Turns the weight, which is in float32, into another format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="original">W without the adapter; null where it has none.</param>
    /// <returns>What this changes.</returns>
    private MergeRounding Round(WeightFormat format, float[]? original)
    {
        if (format == WeightFormat.FullPrecision)
            return default;
        float[] exact = layer.Weight.ToArray(), held = layer.EncodeWeight(format, exact);
        float largest = 0;
        double squaredError = 0, squaredAdapter = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            float error = Math.Abs(exact[i] - held[i]), added = original is null ? 0 : exact[i] - original[i];
            largest = Math.Max(largest, error);
            squaredError += (double)error * error;
            squaredAdapter += (double)added * added;
        }

        return new MergeRounding(largest, squaredError, squaredAdapter);
    }

    private InvalidOperationException Unmergeable(WeightFormat format, InvalidDataException unfit) => new(
        $"The adapter can't be merged into layer '{layer.CheckpointPath}' in {format}: {unfit.Message} "
        + "Merge to float32, which holds every sum (MergeTo(32)).",
        unfit);

    private void EndMerge(bool reversible, WeightContents? unmerged, WeightFormat? savedType)
    {
        _typeBeforeMerge = layer.Weight.MergedType;
        layer.Weight.MergedType = savedType;
        _hadMergedWeight = layer.HasMergedWeight;
        layer.HasMergedWeight = true;
        if (reversible)
        {
            IsMerged = true;
            _unmerged = unmerged;
            Use(Factors);
        }
        else
        {
            unmerged?.Dispose();
            Dispose();
        }
    }
}
