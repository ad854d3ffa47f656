using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace AdapterToolkit.Devices;

/// <summary>
/// A piece of a device's memory, in bytes. Buffers come from the device's pool and go back to it. Here, and nowhere else, bytes are seen as numbers.
/// </summary>
internal abstract class DeviceBuffer
{
    private protected DeviceBuffer(ComputeDevice device, long length)
    {
        Device = device;
        Length = length;
    }

    /// <summary>The device whose memory this is.</summary>
    internal ComputeDevice Device { get; }

    /// <summary>How many bytes there are.</summary>
    internal long Length { get; }

    /// <summary>The first byte, of memory that the processor reads and writes.</summary>
    /// <exception cref="InvalidOperationException">It is another device's.</exception>
    private protected abstract ref byte Start { get; }

    /// <summary>The bytes, of memory that kernels of an accelerator read and write.</summary>
    /// <exception cref="InvalidOperationException">It is the CPU device's.</exception>
    private protected abstract ArrayView<byte> View { get; }

    /// <summary>Numbers, for kernels on the CPU device.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many numbers there are.</param>
    /// <exception cref="InvalidOperationException">The memory is another device's.</exception>
    internal Span<T> SpanOf<T>(long offset, int count)
        where T : unmanaged
    {
        RequireRange<T>(offset, count);
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref Start, (nint)offset)), count);
    }

    /// <summary>Numbers, for kernels of an accelerator.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many numbers there are.</param>
    /// <exception cref="InvalidOperationException">The memory is the CPU device's.</exception>
    internal ArrayView<T> ViewOf<T>(long offset, int count)
        where T : unmanaged
    {
        RequireRange<T>(offset, count);
        return View.SubView(offset, (long)count * Unsafe.SizeOf<T>()).Cast<T>();
    }

    /// <summary>Copies from the device into the caller's memory, after all work on the buffer has ended.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="destination">Receives as many numbers as there is room for.</param>
    internal abstract void CopyTo<T>(long offset, Span<T> destination)
        where T : unmanaged;

    /// <summary>Copies from the caller's memory to the buffer.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="source">The numbers.</param>
    internal abstract void CopyFrom<T>(long offset, ReadOnlySpan<T> source)
        where T : unmanaged;

    /// <summary>Sets bytes to zero.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    internal abstract void Clear(long offset, long length);

    /// <summary>Gives the memory back to the system.</summary>
    internal abstract void Free();

    private void RequireRange<T>(long offset, int count)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (offset < 0 || count < 0 || offset + ((long)count * size) > Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"{count} numbers of {size} bytes from byte {offset} on are not in a buffer of {Length} bytes.");
        }
    }
}
