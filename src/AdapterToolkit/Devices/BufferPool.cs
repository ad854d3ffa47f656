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

    internal DeviceBuffer Rent(int count)
    {
        int capacity = SizeClass(count);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, _device);
            HeldBytes += (long)capacity * sizeof(float);
            PeakHeldBytes = Math.Max(PeakHeldBytes, HeldBytes);
            if (_free.TryGetValue(capacity, out Stack<DeviceBuffer>? buffers) && buffers.TryPop(out DeviceBuffer? buffer))
                return buffer;

            AllocatedBytes += (long)capacity * sizeof(float);
        }

        return _device.AllocateBuffer(capacity);
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
