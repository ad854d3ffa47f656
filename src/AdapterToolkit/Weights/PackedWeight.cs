using System.ComponentModel;
using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>
/// A quantized weight on a device, as its kernels read it. The codes lie in <see cref="PackedPanels"/> on the CPU device,
/// and elsewhere in the order of <see cref="QuantizedValues"/>; the scales lie in the order of their blocks everywhere. Codes of
/// fewer than 32 bits lie in words of 32, the first in the lowest bits.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PackedWeight : IDisposable
{
    private PackedWeight(
        WeightFormat format, Shape shape, Tensor codes, bool isInPanels, Tensor? maxima, Tensor? scaleCodes, Tensor? nestedMaxima, float offset)
    {
        Format = format;
        Shape = shape;
        Codes = codes;
        IsInPanels = isInPanels;
        Maxima = maxima;
        ScaleCodes = scaleCodes;
        NestedMaxima = nestedMaxima;
        Offset = offset;
    }

    /// <summary>The format.</summary>
    internal WeightFormat Format { get; }

    /// <summary>The weight's shape: out x in.</summary>
    public Shape Shape { get; }

    /// <summary>The codes, in 32-bit words.</summary>
    public Tensor Codes { get; }

    /// <summary>Whether the codes lie in panels.</summary>
    internal bool IsInPanels { get; }

    /// <summary>Each block's scale; null where the scales are in 8 bits, or there are none.</summary>
    public Tensor? Maxima { get; }

    /// <summary>Each block's code of the dynamic map, a byte; null where the scales are not in 8 bits.</summary>
    public Tensor? ScaleCodes { get; }

    /// <summary>What 256 scales are multiplied by; null where the scales are not in 8 bits.</summary>
    public Tensor? NestedMaxima { get; }

    /// <summary>What is added to each scale once it is decoded.</summary>
    public float Offset { get; }

    /// <summary>The device that holds the weight.</summary>
    internal ComputeDevice Device => Codes.Device;

    /// <summary>The values of the codes of scales in 8 bits, on the weight's device, where all weights share them.</summary>
    public Tensor DynamicMap => DeviceTables.Codebook(Device, QuantizationFormat.Dynamic8);

    /// <summary>The values of the weight's codes, on its device, where all weights of the format share them.</summary>
    public Tensor Codebook => CodebookOf(Device, Format);

    /// <summary>The values of the codes of a format, on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="format">A format that has codes.</param>
    public static Tensor CodebookOf(ComputeDevice device, WeightFormat format) => DeviceTables.Codebook(device, format.Numbers ?? default);

    /// <summary>The bytes that codes and scales take.</summary>
    internal long Bytes => Codes.Bytes + (Maxima?.Bytes ?? 0) + (ScaleCodes?.Bytes ?? 0) + (NestedMaxima?.Bytes ?? 0);

    /// <summary>The codes, for kernels on the CPU device.</summary>
    public Span<uint> CodeWords => Codes.SpanOf<uint>();

    /// <summary>The codes and scales of a weight that is held in another format than float32.</summary>
    /// <param name="weight">The weight.</param>
    /// <exception cref="InvalidOperationException">The weight has not been loaded, or is held in float32.</exception>
    public static PackedWeight Of(FrozenWeight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Packed;
    }

    /// <summary>Puts a quantized matrix on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="shape">Its shape: out x in.</param>
    /// <param name="values">Its codes and scales.</param>
    /// <exception cref="ArgumentException">The shape holds another number of elements.</exception>
    internal static PackedWeight Place(ComputeDevice device, Shape shape, QuantizedValues values)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Elements != shape.Elements)
        {
            throw new ArgumentException(
                $"A weight of shape {shape} holds {shape.Elements} numbers, but {values.Elements} quantized ones were given.", nameof(values));
        }

        using PlannedCall call = new();
        PackedWeight weight = device.Compute<Placing, PackedWeight>(new Placing(shape, values));
        call.Complete();
        return weight;
    }

    /// <summary>Room for bytes in 32-bit words, of which the last is filled up with zeros.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">How many bytes there are.</param>
    internal static Tensor AllocateWords(ComputeDevice device, long bytes) =>
        Tensor.Zeros(device, new Shape((int)((bytes + sizeof(uint) - 1) / sizeof(uint))), ElementType.UInt32);

    /// <summary>Puts scales beside codes that are on a device already, in the order of <see cref="QuantizedValues"/>.</summary>
    /// <param name="format">The format.</param>
    /// <param name="shape">The matrix's shape: out x in.</param>
    /// <param name="codes">Its codes, in 32-bit words.</param>
    /// <param name="scales">Its blocks' scales; null for 16 bits.</param>
    internal static PackedWeight From(WeightFormat format, Shape shape, Tensor codes, BlockScales? scales) =>
        From(format, shape, codes, isInPanels: false, scales);

    private static PackedWeight From(WeightFormat format, Shape shape, Tensor codes, bool isInPanels, BlockScales? scales)
    {
        using PlannedCall call = new();
        ComputeDevice device = codes.Device;
        PackedWeight weight = new(
            format,
            shape,
            codes,
            isInPanels,
            scales?.Maxima is { } maxima ? Tensor.From(device, new Shape(maxima.Length), maxima) : null,
            scales?.Codes is { } scaleCodes ? InBytes(device, scaleCodes) : null,
            scales?.NestedMaxima is { } nestedMaxima ? Tensor.From(device, new Shape(nestedMaxima.Length), nestedMaxima) : null,
            scales?.Offset ?? 0);
        call.Complete();
        return weight;
    }

    /// <summary>Copies codes and scales out, in the order in which checkpoints hold them.</summary>
    internal QuantizedValues ToQuantizedValues()
    {
        byte[] codes = new byte[QuantizedValues.CodeBytes(Format, Shape.Elements)];
        if (IsInPanels)
            PackedPanels.Unpack(CodeWords, Format.Bits, Shape.Rows, Shape.Columns, codes);
        else
            Codes.ReadBytes(codes);
        return new QuantizedValues(Format, Shape.Elements, codes, Scales());
    }

    /// <summary>
    /// Each block's scale as a float32 number, for the caller to release: those of 8 bits are decoded on the host, where the
    /// product is rounded before the offset is added. Null for 16 bits.
    /// </summary>
    internal Tensor? ScalesInFullPrecision()
    {
        if (Maxima is not null)
            return Maxima.Retain();
        if (Scales() is not { } scales)
            return null;
        float[] decoded = new float[scales.Count];
        for (int block = 0; block < decoded.Length; block++)
            decoded[block] = scales[block];
        return Tensor.From(Device, new Shape(decoded.Length), decoded);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Codes.Dispose();
        Maxima?.Dispose();
        ScaleCodes?.Dispose();
        NestedMaxima?.Dispose();
    }

    private static Tensor InWords(ComputeDevice device, ReadOnlySpan<byte> bytes)
    {
        Tensor words = AllocateWords(device, bytes.Length);
        words.WriteBytes(bytes);
        return words;
    }

    private static Tensor InBytes(ComputeDevice device, ReadOnlySpan<byte> codes)
    {
        Tensor bytes = Tensor.Allocate(device, new Shape(codes.Length), ElementType.UInt8);
        bytes.WriteBytes(codes);
        return bytes;
    }

    private BlockScales? Scales()
    {
        if (Maxima is not null)
            return new BlockScales(Maxima.ToArray());
        if (ScaleCodes is null || NestedMaxima is null)
            return null;
        byte[] codes = new byte[Format.Blocks(Shape.Elements)];
        ScaleCodes.ReadBytes(codes);
        return new BlockScales(codes, NestedMaxima.ToArray(), Offset);
    }

    /// <summary>Puts codes into the order in which a device's kernels read them, and scales beside them.</summary>
    private readonly struct Placing(Shape shape, QuantizedValues values) : IDeviceFunction<PackedWeight>
    {
        public PackedWeight RunOn(CpuDevice device)
        {
            int bits = values.Format.Bits;
            Tensor panels = Tensor.Allocate(device, new Shape(PackedPanels.Words(bits, shape.Rows, shape.Columns)), ElementType.UInt32);
            PackedPanels.Pack(values.Codes, bits, shape.Rows, shape.Columns, panels.SpanOf<uint>());
            return From(values.Format, shape, panels, isInPanels: true, values.Scales);
        }

        public PackedWeight RunOn(AcceleratorDevice device) => From(values.Format, shape, InWords(device, values.Codes), isInPanels: false, values.Scales);
    }
}
