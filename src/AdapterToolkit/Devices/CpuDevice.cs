namespace AdapterToolkit.Devices;

/// <summary>
/// The processor: kernels are vectorized C# that runs on all cores. Models of one CPU device may run on threads of their own;
/// their kernels then take turns.
/// </summary>
public sealed class CpuDevice : ComputeDevice
{
    /// <summary>The most threads that kernels can use: more than any machine has cores for.</summary>
    public const int MostThreads = 1024;

    /// <summary>Opens the CPU device.</summary>
    /// <param name="threads">How many threads kernels use; zero stands for all cores.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative, or above <see cref="MostThreads"/>.</exception>
    public CpuDevice(int threads = 0)
        : this(threads, MachineMemory.Read())
    {
    }

    internal CpuDevice(int threads, MachineMemory memory)
        : base("cpu", ProcessorName.Read(), memory.Physical)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MostThreads);
        LargestHeldBytes = memory.WithSwap;
        Workers = new WorkerPool(threads == 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>
    /// How many threads kernels use. Results are the same bits for the same number of threads on processors with the same vector
    /// width (AVX-512, AVX2, or 128 bits): both decide in which order numbers are added up. By default it is the number of
    /// cores, so name it where results are to be the same bits on another machine.
    /// </summary>
    public int Threads => Workers.Threads;

    /// <summary>The threads that kernels share their work among.</summary>
    public WorkerPool Workers { get; }

    /// <inheritdoc/>
    public override void Synchronize() => ThrowIfDisposed();

    internal override long LargestHeldBytes { get; }

    /// <inheritdoc/>
    public override void Run<TWork>(in TWork work) => work.RunOn(this);

    internal override TResult Compute<TFunction, TResult>(in TFunction function) => function.RunOn(this);

    internal override DeviceBuffer AllocateBuffer(long length)
    {
        try
        {
            return new CpuBuffer(this, length);
        }
        catch (OutOfMemoryException fault)
        {
            throw new DeviceMemoryException(this, length, fault);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Workers.Dispose();
        base.Dispose(disposing);
    }
}
