using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <content>How an adapter becomes part of the weight, and how that is taken back.</content>
public abstract partial class Linear
{
    /// <summary>
    /// Adds s·BA to W, so that the layer costs what it costs without an adapter, and keeps W's format. A weight in 16 bits
    /// takes the sum rounded to them; one in 4 or 8 bits only where that is asked for, since they round most of an adapter away.
    /// </summary>
    /// <param name="reversible">
    /// Whether A and B, and the codes of a weight that is not in float32, are kept for <see cref="Unmerge"/>; otherwise they are released.
    /// </param>
    /// <param name="requantize">Whether a weight in 4 or 8 bits is to be quantized anew.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero in float32.</returns>
    /// <exception cref="InvalidOperationException">
    /// The adapter is merged already, or the weight is in 4 or 8 bits and <paramref name="requantize"/> is false.
    /// </exception>
    public float Merge(bool reversible = false, bool requantize = false)
    {
        ThrowIfUnmergeable(requantize);
        if (Factors is null)
            return 0;
        WeightFormat format = Weight.Format;
        if (format == WeightFormat.FullPrecision)
        {
            Kernels.Merge(Weight, Factors, 1);
            EndMerge(reversible, unmerged: null, Weight.MergedType);
            return 0;
        }

        return MergeInto(format, reversible, Weight.MergedType).LargestError;
    }

    /// <summary>
    /// Decodes W, adds s·BA, and leaves the same layer dense: in 32 bits, or in 16 where the layer is marked <see cref="QuantizedAttribute"/>. The
    /// 16 bits are those of the checkpoint, float16 or bfloat16; bfloat16 where it has 32.
    /// </summary>
    /// <remarks>A layer that is not marked so keeps 32 bits, which hold numbers that 16 bits can hold, and is saved in 16.</remarks>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether A, B and W's present contents are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero for 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bits are neither 16 nor 32.</exception>
    /// <exception cref="InvalidOperationException">The adapter is merged already, or a sum is too large for float16; the layer is then what it was.</exception>
    public float MergeTo(int bits, bool reversible = false)
    {
        WeightFormat type = TypeOf(bits);
        ThrowIfUnmergeable(requantize: true);
        return MergeInto(type, reversible, type).LargestError;
    }

    /// <summary>
    /// Decodes W, adds s·BA, and leaves the same layer dense, in the element type that the checkpoint has for it: for a quantized one the type that its numbers
    /// had before.
    /// </summary>
    /// <param name="reversible">Whether A, B and W's present contents are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <returns>What rounding changed.</returns>
    /// <exception cref="InvalidOperationException">The adapter is merged already, or a sum is too large for float16; the layer is then what it was.</exception>
    public MergeRounding MergeToBaseType(bool reversible = false)
    {
        ThrowIfUnmergeable(requantize: true);
        return MergeInto(Weight.ElementType, reversible, Weight.ElementType);
    }

    /// <summary>
    /// Takes a reversible merge back, and the adapter runs beside W again. A weight that was in float32, and merged in it, is
    /// what it was up to rounding; every other one exactly.
    /// </summary>
    /// <exception cref="InvalidOperationException">No adapter is merged, or it was merged for good.</exception>
    public void Unmerge()
    {
        if (!IsMerged || Factors is null)
            throw new InvalidOperationException($"Layer '{CheckpointPath}' has no merged adapter to take back. Only Merge(reversible: true) and "
                + "MergeTo(.., reversible: true) can be taken back.");
        if (_unmerged is null)
            Kernels.Merge(Weight, Factors, -1);
        else
            Weight.PutBack(_unmerged);
        HasMergedWeight = _unmerged is null || _hadMergedWeight;
        Weight.MergedType = _typeBeforeMerge;
        _unmerged = null;
        IsMerged = false;
    }

    /// <summary>Refuses a merge where one was made already, or where the weight's few bits would take most of it away unasked.</summary>
    internal void ThrowIfUnmergeable(bool requantize)
    {
        if (IsMerged)
            throw new InvalidOperationException($"The adapter of layer '{CheckpointPath}' is merged already.");
        if (Factors is not null && Weight.Format.HasBlocks && !requantize)
            throw new InvalidOperationException($"The weight of layer '{CheckpointPath}' is held in {Weight.Format}, which would round the adapter away. "
                + "Call MergeTo(16) or MergeTo(32) to make it dense, or Merge(requantize: true) to accept the error.");
    }

    /// <summary>Refuses a merge whose sums a format can't hold. The layer stays what it is.</summary>
    /// <param name="format">The format.</param>
    /// <exception cref="InvalidOperationException">A sum is too large for the format, infinite or not a number; the message names the tensor.</exception>
    internal void ThrowIfSumsUnfit(WeightFormat format)
    {
        if (format == WeightFormat.FullPrecision || (Factors is null && format == Weight.Format))
            return;
        WeightContents before = Decode();
        try
        {
            if (Factors is not null)
                Kernels.Merge(Weight, Factors, 1);
            Quantizer.ThrowIfUnsupported(Weight.ToArray(), format, NameOf(Weight));
        }
        catch (InvalidDataException unfit)
        {
            throw Unmergeable(format, unfit);
        }
        finally
        {
            Weight.PutBack(before);
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

    /// <summary>Replaces W by W + s·BA in a format; by W alone where there is no adapter.</summary>
    /// <param name="format">The format.</param>
    /// <param name="reversible">Whether what it was is kept.</param>
    /// <param name="savedType">The element type in which the layer is saved from then on; null for the checkpoint's.</param>
    private MergeRounding MergeInto(WeightFormat format, bool reversible, WeightFormat? savedType)
    {
        WeightContents before = Decode();
        try
        {
            float[]? original = Factors is null || format == WeightFormat.FullPrecision ? null : Weight.ToArray();
            if (Factors is not null)
                Kernels.Merge(Weight, Factors, 1);
            MergeRounding rounding = Round(format, original);
            if (Factors is not null)
            {
                EndMerge(reversible, before, savedType);
                return rounding;
            }

            before.Dispose();
            Weight.MergedType = savedType;
            return rounding;
        }
        catch (InvalidDataException tooLarge)
        {
            Weight.PutBack(before);
            throw Unmergeable(format, tooLarge);
        }
        catch
        {
            Weight.PutBack(before);
            throw;
        }
    }

    /// <summary>Replaces W's contents by the numbers that they stand for, in float32.</summary>
    /// <returns>The contents of before, now the caller's.</returns>
    private WeightContents Decode()
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        Tensor dense = Tensor.Allocate(Weight.Device, Weight.DenseShape(Weight.Device));
        try
        {
            Kernels.Dequantize(Weight, dense);
        }
        catch
        {
            dense.Release();
            throw;
        }

        WeightContents before = Weight.Take()!;
        Weight.PutBack(new WeightContents(dense, null));
        return before;
    }

    /// <summary>Turns the weight, which is in float32, into another format, as far as the layer has kernels for it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="original">W without the adapter; null where it has none.</param>
    /// <returns>What this changes.</returns>
    private MergeRounding Round(WeightFormat format, float[]? original)
    {
        if (format == WeightFormat.FullPrecision)
            return default;
        float[] exact = Weight.ToArray();
        Device device = Weight.Device;
        float[] held;
        if (KernelsFor(format) is { } kernels)
        {
            Weight.PutBack(new WeightContents(null, kernels.Quantize(device, Weight.Shape, exact, NameOf(Weight))));
            held = Weight.ToArray();
        }
        else
        {
            held = new float[exact.Length];
            Quantizer.Dequantize(Quantizer.Quantize(exact, format, NameOf(Weight)), held);
            Weight.Take()?.Dispose();
            Weight.Load(device, held);
        }

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

    /// <summary>The 16-bit type that the layer has, in the checkpoint or by its mark.</summary>
    private WeightFormat SixteenBits =>
        ((WeightFormat[])[Weight.ElementType, Weight.Format, MarkedFormat]).FirstOrDefault(format => format.Bits == 16) ?? WeightFormat.BFloat16;

    private InvalidOperationException Unmergeable(WeightFormat format, InvalidDataException unfit) => new(
        $"The adapter can't be merged into layer '{CheckpointPath}' in {format}: {unfit.Message} Merge to float32, which holds every sum (MergeTo(32)).",
        unfit);

    private void EndMerge(bool reversible, WeightContents? unmerged, WeightFormat? savedType)
    {
        _typeBeforeMerge = Weight.MergedType;
        Weight.MergedType = savedType;
        _hadMergedWeight = HasMergedWeight;
        HasMergedWeight = true;
        if (reversible)
        {
            IsMerged = true;
            _unmerged = unmerged;
        }
        else
        {
            unmerged?.Dispose();
            Release();
        }
    }
}
