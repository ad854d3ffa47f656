using System.ComponentModel;
using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>
/// A pretrained weight: written once by a checkpoint loader, changed by a merge, and never by training. It has no gradient
/// and no optimizer state; what trains is a <see cref="Parameter"/>, another type. A matrix may be held in fewer bits than
/// float32's.
/// </summary>
public sealed class FrozenWeight : IDisposable
{
    private WeightContents? _contents;
    private bool _isDisposed;

    /// <summary>Declares a weight that is yet to be loaded.</summary>
    /// <param name="name">Its name within its module: <c>weight</c> or <c>bias</c>.</param>
    /// <param name="shape">Its shape: out x in for a matrix, or the length of a vector.</param>
    public FrozenWeight(string name, Shape shape)
    {
        Name = name;
        Shape = shape;
    }

    /// <summary>The weight's name within its module: <c>weight</c> or <c>bias</c>.</summary>
    public string Name { get; }

    /// <summary>The shape: out x in for a matrix, or the length of a vector.</summary>
    public Shape Shape { get; }

    /// <summary>Whether the weight has been loaded.</summary>
    public bool IsLoaded => _contents is not null;

    /// <summary>How the numbers are held.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public WeightFormat Format => Contents.Packed?.Format ?? WeightFormat.FullPrecision;

    /// <summary>The device that holds the weight.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public ComputeDevice Device => Contents.Device;

    /// <summary>Whether a matrix is kept in panels of 32 rows, as the CPU device does.</summary>
    internal bool IsInPanels => _contents is { IsInPanels: true };

    /// <summary>How the numbers are written in the checkpoint that they come from; float32 where they come from none.</summary>
    internal WeightFormat FileFormat { get; private set; } = WeightFormat.FullPrecision;

    /// <summary>The element type of the checkpoint's tensor or, where it holds codes, that of the numbers that were quantized.</summary>
    internal WeightFormat ElementType { get; private set; } = WeightFormat.FullPrecision;

    /// <summary>The element type that a merge gave the weight in place of its own, in which it is saved; null where none did.</summary>
    internal WeightFormat? MergedType { get; set; }

    /// <summary>The bytes that the weight takes on its device, those of its scales included; zero before it is loaded.</summary>
    public long Bytes => _contents?.Bytes ?? 0;

    /// <summary>
    /// The numbers of a weight in float32, as kernels read them: on the CPU device a matrix in panels
    /// (<see cref="WeightPanels"/>), everything else in row-major order.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded, or is held in another format.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor Data => Contents.Dense ?? throw new InvalidOperationException($"The weight '{Name}' ({Shape}) is held in {Format}, not in float32.");

    /// <summary>The codes and scales of a weight in another format than float32, as kernels read them.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded, or is held in float32.</exception>
    internal PackedWeight Packed =>
        Contents.Packed ?? throw new InvalidOperationException($"The weight '{Name}' ({Shape}) is held in float32; it has no codes.");

    /// <summary>The shape of the weight's numbers on a device, where they are in float32: panels of a matrix on the CPU device.</summary>
    /// <param name="device">The device.</param>
    internal Shape DenseShape(ComputeDevice device) => WeightContents.DenseShape(device, Shape);

    private WeightContents Contents
    {
        get
        {
            ObjectDisposedException.ThrowIf(_contents is null && _isDisposed, this);
            return _contents ?? throw new InvalidOperationException($"The weight '{Name}' ({Shape}) has not been loaded. Load a checkpoint first.");
        }
    }

    /// <summary>Puts the pretrained numbers on a device, in float32. A weight is loaded once, before its first use.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    public void Load(ComputeDevice device, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (values.Length != Shape.Elements)
        {
            throw new ArgumentException(
                $"The weight '{Name}' of shape {Shape} holds {Shape.Elements} numbers, but {values.Length} were given.", nameof(values));
        }

        ThrowIfLoaded();
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        _contents = WeightContents.Place(device, Shape, values);
    }

    /// <summary>Puts the pretrained numbers on a device, quantized before.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers' codes and scales.</param>
    /// <exception cref="ArgumentException">The weight is no matrix, or there are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    public void Load(ComputeDevice device, QuantizedValues values)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (Shape.Dimensions.Length != 2)
        {
            throw new ArgumentException(
                $"The weight '{Name}' of shape {Shape} is no matrix; only matrices are held in fewer than 32 bits a number.", nameof(values));
        }

        ThrowIfLoaded();
        _contents = new WeightContents(null, PackedWeight.Place(device, Shape, values));
    }

    /// <summary>Puts the pretrained numbers on a device, in a format.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <param name="format">The format.</param>
    /// <param name="name">The tensor's name, for messages.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidDataException">A number is not finite, which only float32 holds here.</exception>
    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    public void Load(ComputeDevice device, ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (format.Numbers is null)
            Load(device, values);
        else
            Load(device, Quantizer.Quantize(values, format, name));
    }

    /// <summary>Takes up the pretrained numbers, which are on a device, quantized.</summary>
    /// <param name="packed">The numbers, the weight's from now on.</param>
    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    internal void Load(PackedWeight packed)
    {
        ThrowIfLoaded();
        _contents = new WeightContents(null, packed);
    }

    /// <summary>Notes how a checkpoint has the weight, for it to be saved alike.</summary>
    /// <param name="fileFormat">How its numbers are written.</param>
    /// <param name="elementType">The element type, of the tensor or of what was quantized.</param>
    internal void NoteFile(WeightFormat fileFormat, WeightFormat elementType)
    {
        FileFormat = fileFormat;
        ElementType = elementType;
    }

    /// <summary>Copies the weight out, in row-major order.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public float[] ToArray()
    {
        float[] values = GC.AllocateUninitializedArray<float>(Shape.Elements);
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the weight out, in row-major order.</summary>
    /// <param name="destination">Where to put it: as many numbers as the weight has.</param>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (Contents.Packed is { } packed)
            Quantizer.Dequantize(packed.ToQuantizedValues(), destination);
        else if (IsInPanels)
            WeightPanels.Unpack(Data.Span, Shape.Rows, Shape.Columns, destination);
        else
            Data.CopyTo(destination);
    }

    /// <summary>Copies the weight out into a new tensor, in row-major order.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public Tensor ToTensor() => Tensor.From(Device, Shape, ToArray());

    /// <summary>Gives the weight's memory back. What reads the weight afterwards throws an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Take()?.Dispose();
        _isDisposed = true;
    }

    /// <summary>Takes the contents away from the weight, which is then as before it was loaded.</summary>
    /// <returns>What the weight consisted of, now the caller's; null where it was not loaded.</returns>
    internal WeightContents? Take()
    {
        WeightContents? contents = _contents;
        _contents = null;
        return contents;
    }

    /// <summary>Puts contents that were taken away back in place of those of now.</summary>
    internal void PutBack(WeightContents contents)
    {
        _contents?.Dispose();
        _contents = contents;
    }

    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    internal void ThrowIfLoaded()
    {
        if (_contents is not null)
            throw new InvalidOperationException($"The frozen weight '{Name}' ({Shape}) was loaded before. It is written once; only a merge changes it.");
    }
}
