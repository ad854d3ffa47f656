using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace AdapterToolkit.Devices;

/// <summary>Memory outside the garbage collector's heap, aligned to 64 bytes: a cache line and the widest vector.</summary>
internal sealed unsafe class CpuBuffer : DeviceBuffer
{
    private const nuint Alignment = 64;

    private byte* _pointer;

    internal CpuBuffer(CpuDevice device, long length)
        : base(device, length)
    {
        _pointer = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        GC.AddMemoryPressure(length);
    }

    ~CpuBuffer() => Free();

    private protected override ref byte Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null || Device.IsDisposed, Device);
            return ref *_pointer;
        }
    }

    private protected override ArrayView<byte> View => throw new InvalidOperationException($"A tensor on {Device} has no view for accelerator kernels.");

    internal override void CopyTo<T>(long offset, Span<T> destination) => SpanOf<T>(offset, destination.Length).CopyTo(destination);

    internal override void CopyFrom<T>(long offset, ReadOnlySpan<T> source) => source.CopyTo(SpanOf<T>(offset, source.Length));

    internal override void Clear(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length, nameof(length));
        NativeMemory.Clear(Unsafe.AsPointer(ref Unsafe.AddByteOffset(ref Start, (nint)offset)), (nuint)length);
    }

    internal override void Free()
    {
        if (_pointer is null)
            return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        GC.RemoveMemoryPressure(Length);
    }
}
