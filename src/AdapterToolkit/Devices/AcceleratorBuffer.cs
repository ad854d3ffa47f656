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

    internal ArrayView<float> View => _memory.View;

    internal override void CopyTo(int offset, Span<float> destination)
    {
        if (destination.IsEmpty)
            return;
        _memory.View.SubView(offset, destination.Length).CopyToCPU(_device.Accelerator.DefaultStream, destination);
        _device.Synchronize();
    }

    internal override void CopyFrom(int offset, ReadOnlySpan<float> source)
    {
        if (source.IsEmpty)
            return;
        _memory.View.SubView(offset, source.Length).CopyFromCPU(_device.Accelerator.DefaultStream, source);
        _device.Synchronize();
    }

    internal override void Clear(int offset, int count)
    {
        if (count > 0)
            _memory.View.SubView(offset, count).MemSetToZero(_device.Accelerator.DefaultStream);
    }

    internal override void Free() => _memory.Dispose();
}
