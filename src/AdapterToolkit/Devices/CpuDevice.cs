namespace AdapterToolkit.Devices;

/// <summary>The processor: kernels are vectorized C# that runs on all cores.</summary>
public sealed class CpuDevice : Device
{
    /// <summary>Opens the CPU device.</summary>
    /// <param name="threads">How many threads kernels use; zero stands for all cores.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative.</exception>
    public CpuDevice(int threads = 0)
        : base("cpu", ProcessorName.Read(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Workers = new WorkerPool(threads == 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>How many threads kernels use. Results are the same bits for the same number of threads.</summary>
    public int Threads => Workers.Threads;

    /// <summary>The threads that kernels share their work among.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public WorkerPool Workers { get; }

    /// <inheritdoc/>
    public override void Synchronize()
    {
    }

    internal override DeviceBuffer AllocateBuffer(int capacity) => new CpuBuffer(this, capacity);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Workers.Dispose();
        base.Dispose(disposing);
    }
}
