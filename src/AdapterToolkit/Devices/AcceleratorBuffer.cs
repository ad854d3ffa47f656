using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Devices;

/// <summary>Memory of an ILGPU accelerator.</summary>
internal sealed class AcceleratorBuffer : DeviceBuffer
{
    private readonly AcceleratorDevice _device;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _memory;

    internal AcceleratorBuffer(AcceleratorDevice device, long length)
        : base(device, length)
    {
        _device = device;
        _memory = device.Accelerator.Allocate1D<byte>(length);
    }

    private protected override ref byte Start =>
        throw new InvalidOperationException($"The numbers of a tensor on {Device} can't be read in place; call ToArray.");

    private protected override ArrayView<byte> View
    {
        get
        {
            _device.ThrowIfDisposed();
            return _memory.View;
        }
    }

    internal override void CopyTo<T>(long offset, Span<T> destination)
    {
        if (destination.IsEmpty)
            return;
        ViewOf<T>(offset, destination.Length).CopyToCPU(_device.Accelerator.DefaultStream, destination);
        _device.Synchronize();
    }

    internal override void CopyFrom<T>(long offset, ReadOnlySpan<T> source)
    {
        if (source.IsEmpty)
            return;
        ViewOf<T>(offset, source.Length).CopyFromCPU(_device.Accelerator.DefaultStream, source);
        _device.Synchronize();
    }

    internal override void Clear(long offset, long length)
    {
        if (length > 0)
            View.SubView(offset, length).MemSetToZero(_device.Accelerator.DefaultStream);
    }

    /// <summary>Gives the memory back to the system; an accelerator that is disposed has given it back itself.</summary>
    internal override void Free()
    {
        if (!_device.IsDisposed)
            _memory.Dispose();
    }
}
