using System.Runtime.InteropServices;

namespace AdapterToolkit.Devices;

/// <summary>Memory outside the garbage collector's heap, aligned to 64 bytes: a cache line and the widest vector.</summary>
internal sealed unsafe class CpuBuffer : DeviceBuffer
{
    private const nuint Alignment = 64;

    private float* _pointer;

    internal CpuBuffer(CpuDevice device, int capacity)
        : base(device, capacity)
    {
        _pointer = (float*)NativeMemory.AlignedAlloc((nuint)capacity * sizeof(float), Alignment);
        GC.AddMemoryPressure((long)capacity * sizeof(float));
    }

    ~CpuBuffer() => Free();

    internal Span<float> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null || Device.IsDisposed, Device);
            return new Span<float>(_pointer, Capacity);
        }
    }

    internal override void CopyTo(int offset, Span<float> destination) => Span.Slice(offset, destination.Length).CopyTo(destination);

    internal override void CopyFrom(int offset, ReadOnlySpan<float> source) => source.CopyTo(Span[offset..]);

    internal override void Clear(int offset, int count) => Span.Slice(offset, count).Clear();

    internal override void Free()
    {
        if (_pointer is null)
            return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        GC.RemoveMemoryPressure((long)Capacity * sizeof(float));
    }
}
