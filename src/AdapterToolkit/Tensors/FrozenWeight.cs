using AdapterToolkit.Devices;

namespace AdapterToolkit.Tensors;

/// <summary>
/// A pretrained weight: written once by a checkpoint loader, changed by a merge, and never by training. It has no gradient
/// and no optimizer state; what trains is a <see cref="Parameter"/>, another type.
/// </summary>
public sealed class FrozenWeight : IDisposable
{
    private Tensor? _data;

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
    public bool IsLoaded => _data is not null;

    /// <summary>Whether a matrix is kept in <see cref="WeightPanels"/>' order, as the CPU device does.</summary>
    public bool IsInPanels => Shape.Dimensions.Length == 2 && _data?.Device is CpuDevice;

    /// <summary>The bytes that the weight takes on its device; zero before it is loaded.</summary>
    public long Bytes => _data?.Bytes ?? 0;

    /// <summary>
    /// The numbers as kernels read them: on the CPU device a matrix in panels (<see cref="WeightPanels"/>), everything else
    /// in row-major order.
    /// </summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public Tensor Data => _data ?? throw new InvalidOperationException($"The weight '{Name}' ({Shape}) has not been loaded. Load a checkpoint first.");

    /// <summary>Puts the pretrained numbers on a device. A weight is loaded once, before its first use.</summary>
    /// <param name="device">The device.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidOperationException">The weight was loaded before.</exception>
    public void Load(Device device, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (values.Length != Shape.Elements)
            throw new ArgumentException($"The weight '{Name}' of shape {Shape} holds {Shape.Elements} numbers, but {values.Length} were given.", nameof(values));
        if (_data is not null)
            throw new InvalidOperationException($"The frozen weight '{Name}' ({Shape}) was loaded before. It is written once; only a merge changes it.");
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        if (device is CpuDevice && Shape.Dimensions is [int rows, int columns])
        {
            Tensor panels = Tensor.Allocate(device, WeightPanels.ShapeFor(rows, columns));
            WeightPanels.Pack(values, rows, columns, panels.Span);
            _data = panels;
        }
        else
        {
            _data = Tensor.From(device, Shape, values);
        }
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
        if (IsInPanels)
            WeightPanels.Unpack(Data.Span, Shape.Rows, Shape.Columns, destination);
        else
            Data.CopyTo(destination);
    }

    /// <summary>Copies the weight out into a new tensor, in row-major order.</summary>
    /// <exception cref="InvalidOperationException">The weight has not been loaded.</exception>
    public Tensor ToTensor() => Tensor.From(Data.Device, Shape, ToArray());

    /// <summary>Gives the weight's memory back.</summary>
    public void Dispose()
    {
        _data?.Release();
        _data = null;
    }
}
