using System.Numerics;

namespace AdapterToolkit.Devices;

/// <summary>
/// Keeps a device's buffers for reuse. A training step asks for the same sizes over and over, in the same order, so a
/// buffer that was given back serves the next request of its size class; after the first step nothing is allocated.
/// </summary>
internal sealed class BufferPool : IDisposable
{
    /// <summary>The length of the smallest buffers: a cache line.</summary>
    private const long LeastLength = 64;

    private readonly ComputeDevice _device;
    private readonly Dictionary<long, Stack<DeviceBuffer>> _free = [];
    private readonly Lock _lock = new();
    private bool _disposed;

    internal BufferPool(ComputeDevice device) => _device = device;

    /// <summary>Bytes in buffers that somebody holds.</summary>
    internal long HeldBytes { get; private set; }

    /// <summary>The most bytes that were held at once since <see cref="ResetPeak"/>.</summary>
    internal long PeakHeldBytes { get; private set; }

    /// <summary>Bytes in all buffers, those waiting for reuse included.</summary>
    internal long AllocatedBytes { get; private set; }

    internal void ResetPeak()
    {
        lock (_lock)
            PeakHeldBytes = HeldBytes;
    }

    /// <summary>A buffer of so many bytes or more, with undefined contents.</summary>
    /// <param name="length">How many bytes are needed.</param>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    internal DeviceBuffer Rent(long length)
    {
        long bytes = SizeClass(length);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, _device);
            if (!_free.TryGetValue(bytes, out Stack<DeviceBuffer>? buffers) || !buffers.TryPop(out DeviceBuffer? buffer))
            {
                buffer = Allocate(bytes);
                AllocatedBytes += bytes;
            }

            HeldBytes += bytes;
            PeakHeldBytes = Math.Max(PeakHeldBytes, HeldBytes);
            return buffer;
        }
    }

    internal void Return(DeviceBuffer buffer)
    {
        lock (_lock)
        {
            HeldBytes -= buffer.Length;
            if (!_disposed)
            {
                if (!_free.TryGetValue(buffer.Length, out Stack<DeviceBuffer>? buffers))
                    _free.Add(buffer.Length, buffers = new Stack<DeviceBuffer>());
                buffers.Push(buffer);
                return;
            }
        }

        buffer.Free();
    }

    /// <summary>Gives the memory of all buffers that nobody holds back to the system.</summary>
    internal void Trim()
    {
        lock (_lock)
        {
            foreach (DeviceBuffer buffer in _free.Values.SelectMany(buffers => buffers))
            {
                AllocatedBytes -= buffer.Length;
                buffer.Free();
            }

            _free.Clear();
        }
    }

    public void Dispose()
    {
        Trim();
        lock (_lock)
            _disposed = true;
    }

    /// <summary>
    /// Asks the system for memory. Where it has none, buffers that wait for reuse go back first. More than there can ever be is
    /// not asked for: Linux would promise it, and end the process when it is used.
    /// </summary>
    private DeviceBuffer Allocate(long bytes)
    {
        if (AllocatedBytes + bytes > _device.LargestHeldBytes)
            Trim();
        if (HeldBytes + bytes > _device.LargestHeldBytes)
            throw new DeviceMemoryException(_device, bytes);
        try
        {
            return _device.AllocateBuffer(bytes);
        }
        catch (DeviceMemoryException) when (AllocatedBytes > HeldBytes)
        {
            Trim();
            return _device.AllocateBuffer(bytes);
        }
    }

    /// <summary>
    /// Sizes up to 64 bytes share one class; above, each power of two is cut into eight classes, so that at most an
    /// eighth of a buffer is unused.
    /// </summary>
    private static long SizeClass(long length)
    {
        long step = Math.Max(LeastLength, (long)(BitOperations.RoundUpToPowerOf2((ulong)length) / 16));
        return Math.Max(LeastLength, (length + step - 1) / step * step);
    }
}
