namespace AdapterToolkit.Devices;

/// <summary>
/// Where tensors live and kernels run: the CPU (vectorized, all cores), a CUDA or OpenCL device, or ILGPU's CPU
/// accelerator for debugging kernels. A tensor is for use by one thread at a time. On the CPU device threads may work on tensors
/// and models of their own; any other device is for one thread at a time, and refuses a second model's call meanwhile.
/// </summary>
public abstract partial class ComputeDevice : IDisposable
{
    private bool _disposed;

    private protected ComputeDevice(string identifier, string name, long memoryBytes)
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

    /// <summary>Whether <see cref="Dispose()"/> was called.</summary>
    internal bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>Keeps a second thread's model out; null where threads may work side by side.</summary>
    internal virtual ExclusiveUse? Use => null;

    /// <summary>The most bytes that can ever be held at once.</summary>
    internal virtual long LargestHeldBytes => MemoryBytes;

    internal BufferPool Pool { get; }

    /// <summary>Starts a new measurement of <see cref="PeakHeldBytes"/>.</summary>
    public void ResetPeak() => Pool.ResetPeak();

    /// <summary>Gives the memory of buffers that nobody holds back to the system.</summary>
    public void Trim() => Pool.Trim();

    /// <summary>Waits until all work given to the device has ended.</summary>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public abstract void Synchronize();

    /// <summary>
    /// Gives all memory back. Tensors and models on the device can't be used any more, which they say by an
    /// <see cref="ObjectDisposedException"/>; they may still be disposed.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The identifier and the name.</summary>
    public override string ToString() => $"{Identifier} ({Name})";

    /// <summary>Does a piece of work in this kind of device's way. It is the one place that tells kinds of devices apart.</summary>
    /// <typeparam name="TWork">The work, a structure, so that nothing is allocated.</typeparam>
    /// <param name="work">The work.</param>
    public abstract void Run<TWork>(in TWork work)
        where TWork : struct, IDeviceWork, allows ref struct;

    /// <summary>Computes something in this kind of device's way, as <see cref="Run"/> does.</summary>
    /// <typeparam name="TFunction">What is computed, a structure.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="function">What is computed.</param>
    internal abstract TResult Compute<TFunction, TResult>(in TFunction function)
        where TFunction : struct, IDeviceFunction<TResult>, allows ref struct;

    /// <summary>Asks the system for memory.</summary>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    internal abstract DeviceBuffer AllocateBuffer(long length);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    /// <summary>Frees what the device holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing) => Pool.Dispose();
}
