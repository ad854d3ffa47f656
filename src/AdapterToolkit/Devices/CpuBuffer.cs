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
            ObjectDisposedException.ThrowIf(_pointer is null, Device);
            return new Span<float>(_pointer, Capacity);
        }
    }

    internal override void CopyTo(Span<float> destination) => Span[..destination.Length].CopyTo(destination);

    internal override void CopyFrom(ReadOnlySpan<float> source) => source.CopyTo(Span);

    internal override void Clear(int count) => Span[..count].Clear();

    internal override void Free()
    {
        if (_pointer is null)
            return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        GC.RemoveMemoryPressure((long)Capacity * sizeof(float));
    }
}
