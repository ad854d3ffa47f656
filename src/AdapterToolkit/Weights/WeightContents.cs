using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>What a loaded frozen weight consists of: float32 numbers, or codes and scales.</summary>
/// <param name="Dense">The numbers; null where the weight is packed.</param>
/// <param name="Packed">Codes and scales; null where the weight is dense.</param>
internal sealed record WeightContents(Tensor? Dense, PackedWeight? Packed) : IDisposable
{
    /// <summary>The bytes on the device.</summary>
    internal long Bytes => Dense?.Bytes ?? Packed!.Bytes;

    /// <summary>The device.</summary>
    internal ComputeDevice Device => Dense?.Device ?? Packed!.Device;

    /// <summary>Whether a matrix lies in panels: those of float32 numbers have a dimension more than the matrix.</summary>
    internal bool IsInPanels => Packed?.IsInPanels ?? Dense!.Shape.Dimensions.Length == 3;

    /// <summary>Puts float32 numbers on a device as its kernels read them.</summary>
    /// <param name="device">The device.</param>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="values">The numbers in row-major order.</param>
    internal static WeightContents Place(ComputeDevice device, Shape shape, ReadOnlySpan<float> values) =>
        new(device.Compute<Placing, Tensor>(new Placing(shape, values)), null);

    /// <summary>The shape of a weight's numbers on a device, where they are in float32: panels of a matrix on the CPU device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="shape">The weight's shape.</param>
    internal static Shape DenseShape(ComputeDevice device, Shape shape) => device.Compute<Layout, Shape>(new Layout(shape));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dense?.Release();
        Packed?.Dispose();
    }

    private readonly struct Layout(Shape shape) : IDeviceFunction<Shape>
    {
        public Shape RunOn(CpuDevice device) => shape.Dimensions is [int rows, int columns] ? WeightPanels.ShapeFor(rows, columns) : shape;

        public Shape RunOn(AcceleratorDevice device) => shape;
    }

    private readonly ref struct Placing(Shape shape, ReadOnlySpan<float> values) : IDeviceFunction<Tensor>
    {
        private readonly ReadOnlySpan<float> _values = values;

        public Tensor RunOn(CpuDevice device)
        {
            if (shape.Dimensions is not [int rows, int columns])
                return Tensor.From(device, shape, _values);
            Tensor panels = Tensor.Allocate(device, WeightPanels.ShapeFor(rows, columns));
            WeightPanels.Pack(_values, rows, columns, panels.Span);
            return panels;
        }

        public Tensor RunOn(AcceleratorDevice device) => Tensor.From(device, shape, _values);
    }
}
