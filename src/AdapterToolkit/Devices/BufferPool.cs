namespace AdapterToolkit.Devices;

/// <summary>
/// Keeps a device's buffers for reuse. A training step asks for the same sizes over and over, in the same order, so a
/// buffer that was given back serves the next request of its size class; after the first step nothing is allocated.
/// </summary>
internal sealed class BufferPool : IDisposable
{
    private readonly Device _device;
    private readonly Dictionary<int, Stack<DeviceBuffer>> _free = [];
    private readonly Lock _lock = new();
    private bool _disposed;

    internal BufferPool(Device device) => _device = device;

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

    /// <summary>A buffer for so many numbers or more, with undefined contents.</summary>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    internal DeviceBuffer Rent(int count)
    {
        int capacity = SizeClass(count);
        long bytes = (long)capacity * sizeof(float);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, _device);
            if (!_free.TryGetValue(capacity, out Stack<DeviceBuffer>? buffers) || !buffers.TryPop(out DeviceBuffer? buffer))
            {
                buffer = Allocate(capacity, bytes);
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
            HeldBytes -= (long)buffer.Capacity * sizeof(float);
            if (!_disposed)
            {
                if (!_free.TryGetValue(buffer.Capacity, out Stack<DeviceBuffer>? buffers))
                    _free.Add(buffer.Capacity, buffers = new Stack<DeviceBuffer>());
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
                AllocatedBytes -= (long)buffer.Capacity * sizeof(float);
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
    private DeviceBuffer Allocate(int capacity, long bytes)
    {
        if (AllocatedBytes + bytes > _device.LargestHeldBytes)
            Trim();
        if (HeldBytes + bytes > _device.LargestHeldBytes)
            throw new DeviceMemoryException(_device, bytes);
        try
        {
            return _device.AllocateBuffer(capacity);
        }
        catch (DeviceMemoryException) when (AllocatedBytes > HeldBytes)
        {
            Trim();
            return _device.AllocateBuffer(capacity);
        }
    }

    /// <summary>
    /// Sizes up to 16 numbers share one class; above, each power of two is cut into eight classes, so that at most an
    /// eighth of a buffer is unused.
    /// </summary>
    private static int SizeClass(int count)
    {
        if (count <= 16)
            return 16;
        int step = Math.Max(16, (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count) / 16));
        return (int)Math.Min(((long)count + step - 1) / step * step, Array.MaxLength);
    }
}
