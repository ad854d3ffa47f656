using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>
/// How W comes into the kernels' format, and out of it again. What is done for every number is emitted for the format, with
/// its codebook and block size as constants; the scales in 8 bits, which are few, are encoded and decoded on the host.
/// </content>
public abstract partial class LinearKernels
{
    /// <summary>Quantizes W to the kernels' format and puts it on a device, to the bits that <see cref="Quantizer"/> gives.</summary>
    /// <param name="device">The device.</param>
    /// <param name="shape">W's shape: out x in.</param>
    /// <param name="values">Its numbers, row-major.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <exception cref="ArgumentException">The shape holds another number of elements.</exception>
    /// <exception cref="InvalidDataException">A number is infinite, not a number, or too large for 16 bits; the message names the tensor.</exception>
    /// <exception cref="InvalidOperationException">The kernels' format is float32.</exception>
    public PackedWeight Quantize(ComputeDevice device, Shape shape, ReadOnlySpan<float> values, string name)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(name);
        if (values.Length != shape.Elements)
            throw new ArgumentException(
                $"The tensor '{name}' of shape {shape} holds {shape.Elements} numbers, but {values.Length} were given.", nameof(values));
        if (Format.Numbers is null)
            throw NotPacked();
        if (!Format.HasBlocks)
            SixteenBitQuantizer.ThrowIfUnsupported(values, Format, name);
        using PlannedCall call = new();
        PackedWeight weight = device.Compute<QuantizeFunction, PackedWeight>(new QuantizeFunction(this, shape, values, name));
        call.Complete();
        return weight;
    }

    /// <summary>The numbers that W stands for, as the kernels for float32 read them: panels on the CPU device, row-major elsewhere.</summary>
    /// <param name="weight">W, in the kernels' format.</param>
    /// <param name="dense">Receives the numbers.</param>
    public void Dequantize(FrozenWeight weight, Tensor dense)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(dense);
        if (Format.Numbers is null)
        {
            dense.CopyFrom(weight.Data.ToArray());
            return;
        }

        weight.Device.Run(new DequantizeWork(this, weight.Packed, dense));
    }

    /// <summary>Quantizes a run of whole blocks, of which the last may be partial.</summary>
    /// <param name="values">The numbers; of 16 bits finite and within the format's range.</param>
    /// <param name="codes">
    /// Receives the codes, in the order of <see cref="QuantizedValues"/>. Those of a block with a number that is not finite are undefined.
    /// </param>
    /// <param name="maxima">Receives each block's largest magnitude, which is not finite where a number is not; empty for 16 bits.</param>
    protected virtual void QuantizeBlocks(ReadOnlySpan<float> values, Span<byte> codes, Span<float> maxima) => throw NotPacked();

    /// <summary>Finds each block's largest magnitude.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="maxima">Receives a number for each block, not finite where one of its numbers is not.</param>
    protected virtual void BlockMaxima(AcceleratorDevice device, Tensor values, Tensor maxima) => throw NotPacked();

    /// <summary>Writes the codes of numbers.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers, finite.</param>
    /// <param name="factors">What a block's numbers are multiplied by, first and then, two numbers a block; null for 16 bits.</param>
    /// <param name="codes">Receives the codes, in 32-bit words.</param>
    protected virtual void QuantizeBlocks(AcceleratorDevice device, Tensor values, Tensor? factors, Tensor codes) => throw NotPacked();

    /// <summary>Decodes W, panel by panel.</summary>
    /// <param name="device">The device.</param>
    /// <param name="weight">W.</param>
    /// <param name="dense">Receives the numbers, in panels.</param>
    protected virtual void Dequantize(CpuDevice device, PackedWeight weight, Tensor dense) => throw NotPacked();

    /// <summary>Decodes W.</summary>
    /// <param name="device">The device.</param>
    /// <param name="weight">W.</param>
    /// <param name="scales">Each block's scale; null for 16 bits.</param>
    /// <param name="dense">Receives the numbers, row-major.</param>
    protected virtual void Dequantize(AcceleratorDevice device, PackedWeight weight, Tensor? scales, Tensor dense) => throw NotPacked();

    private static InvalidOperationException NotPacked() => new("These kernels read W in float32, which is not quantized.");

    private QuantizedValues QuantizeOnCpu(CpuDevice device, ReadOnlySpan<float> values, string name)
    {
        byte[] codes = GC.AllocateUninitializedArray<byte>(checked((int)QuantizedValues.CodeBytes(Format, values.Length)));
        float[] maxima = GC.AllocateUninitializedArray<float>(Format.Blocks(values.Length));
        QuantizeWork.Run(device, Format, QuantizeBlocks, values, codes, maxima);
        return new QuantizedValues(Format, values.Length, codes, ToScales(maxima, values, name));
    }

    /// <summary>
    /// Finds the maxima on the device and turns them into factors on the host, whose division rounds as IEEE 754 says; that
    /// of some devices does not.
    /// </summary>
    private PackedWeight QuantizeOnAccelerator(AcceleratorDevice device, Shape shape, ReadOnlySpan<float> values, string name)
    {
        using Tensor numbers = Tensor.From(device, new Shape(values.Length), values);
        float[] maxima = [];
        if (Format.HasBlocks)
        {
            using Tensor found = Tensor.Allocate(device, new Shape(Format.Blocks(values.Length)));
            BlockMaxima(device, numbers, found);
            maxima = found.ToArray();
        }

        // The scales may overwrite the maxima, and refuse them before anything is left on the device.
        float[] factorsOfBlocks = BlockNormalization.Factors(maxima);
        BlockScales? scales = ToScales(maxima, values, name);
        using Tensor? factors = Format.HasBlocks ? Tensor.From(device, new Shape(factorsOfBlocks.Length), factorsOfBlocks) : null;
        Tensor codes = PackedWeight.AllocateWords(device, QuantizedValues.CodeBytes(Format, values.Length));
        QuantizeBlocks(device, numbers, factors, codes);
        return PackedWeight.From(Format, shape, codes, scales);
    }

    /// <summary>The scales of blocks by their largest magnitudes, which are refused where one is not finite; null for 16 bits.</summary>
    private BlockScales? ToScales(float[] maxima, ReadOnlySpan<float> values, string name)
    {
        if (!Format.HasBlocks)
            return null;
        if (!float.IsFinite(LargestMagnitude.Of(maxima)))
            throw UnsupportedNumbers.NotFinite(values, name);
        return Format.DoubleQuantized ? ScaleQuantizer.Quantize(maxima, name) : new BlockScales(maxima);
    }
}
