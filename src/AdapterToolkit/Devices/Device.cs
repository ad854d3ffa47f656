namespace AdapterToolkit.Devices;

/// <summary>
/// Where tensors live and kernels run: the CPU (vectorized, all cores), a CUDA or OpenCL device, or ILGPU's CPU
/// accelerator for debugging kernels. A device is not for use by several threads at once.
/// </summary>
public abstract partial class Device : IDisposable
{
    private protected Device(string identifier, string name, long memoryBytes)
    {
        Identifier = identifier;
        Name = name;
        MemoryBytes = memoryBytes;
        Pool = new BufferPool(this);
    }

    /// <summary>The device as the command line names it: <c>cpu</c>, <c>cuda:0</c>, <c>opencl:0</c> or <c>debug</c>.</summary>
    public string Identifier { get; }

    /// <summary>The device's own name.</summary>
    public string Name { get; }

    /// <summary>The device's memory in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary>Bytes of the device's memory that tensors and weights hold now.</summary>
    public long HeldBytes => Pool.HeldBytes;

    /// <summary>The most bytes held at once since the device was opened or <see cref="ResetPeak"/> was called.</summary>
    public long PeakHeldBytes => Pool.PeakHeldBytes;

    internal BufferPool Pool { get; }

    /// <summary>Starts a new measurement of <see cref="PeakHeldBytes"/>.</summary>
    public void ResetPeak() => Pool.ResetPeak();

    /// <summary>Gives the memory of buffers that nobody holds back to the system.</summary>
    public void Trim() => Pool.Trim();

    /// <summary>Waits until all work given to the device has ended.</summary>
    public abstract void Synchronize();

    /// <summary>Gives all memory back. Tensors and models on the device can't be used any more.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The identifier and the name.</summary>
    public override string ToString() => $"{Identifier} ({Name})";

    internal abstract DeviceBuffer AllocateBuffer(int capacity);

    /// <summary>Frees what the device holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing) => Pool.Dispose();
}
