namespace AdapterToolkit.Devices;

/// <summary>
/// A piece of a device's memory that holds float32 numbers. Buffers come from the device's pool and go back to it.
/// </summary>
public abstract class DeviceBuffer
{
    private protected DeviceBuffer(Device device, int capacity)
    {
        Device = device;
        Capacity = capacity;
    }

    /// <summary>The device whose memory this is.</summary>
    public Device Device { get; }

    /// <summary>How many numbers fit.</summary>
    public int Capacity { get; }

    /// <summary>Copies from the device into the caller's memory, after all work on the buffer has ended.</summary>
    internal abstract void CopyTo(int offset, Span<float> destination);

    /// <summary>Copies from the caller's memory to the buffer.</summary>
    internal abstract void CopyFrom(int offset, ReadOnlySpan<float> source);

    /// <summary>Sets numbers to zero.</summary>
    internal abstract void Clear(int offset, int count);

    /// <summary>Gives the memory back to the system.</summary>
    internal abstract void Free();
}
