using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Devices;

/// <summary>Memory of an ILGPU accelerator.</summary>
internal sealed class AcceleratorBuffer : DeviceBuffer
{
    private readonly AcceleratorDevice _device;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _memory;

    internal AcceleratorBuffer(AcceleratorDevice device, int capacity)
        : base(device, capacity)
    {
        _device = device;
        _memory = device.Accelerator.Allocate1D<float>(capacity);
    }

    internal ArrayView<float> View
    {
        get
        {
            _device.ThrowIfDisposed();
            return _memory.View;
        }
    }

    internal override void CopyTo(int offset, Span<float> destination)
    {
        if (destination.IsEmpty)
            return;
        View.SubView(offset, destination.Length).CopyToCPU(_device.Accelerator.DefaultStream, destination);
        _device.Synchronize();
    }

    internal override void CopyFrom(int offset, ReadOnlySpan<float> source)
    {
        if (source.IsEmpty)
            return;
        View.SubView(offset, source.Length).CopyFromCPU(_device.Accelerator.DefaultStream, source);
        _device.Synchronize();
    }

    internal override void Clear(int offset, int count)
    {
        if (count > 0)
            View.SubView(offset, count).MemSetToZero(_device.Accelerator.DefaultStream);
    }

    /// <summary>Gives the memory back to the system; an accelerator that is disposed has given it back itself.</summary>
    internal override void Free()
    {
        if (!_device.IsDisposed)
            _memory.Dispose();
    }
}
