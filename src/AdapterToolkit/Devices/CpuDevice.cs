namespace AdapterToolkit.Devices;

/// <summary>
/// The processor: kernels are vectorized C# that runs on all cores. Models of one CPU device may run on threads of their own;
/// their kernels then take turns.
/// </summary>
public sealed class CpuDevice : ComputeDevice
{
    /// <summary>The most threads that kernels can use: more than any machine has cores for.</summary>
    public const int MostThreads = 1024;

    private readonly WorkerPool _workers;

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
        _workers = new WorkerPool(threads == 0 ? Environment.ProcessorCount : threads);
    }

    /// <summary>
    /// How many threads kernels use. Results are the same bits for the same number of threads on processors with the same vector
    /// width (AVX-512, AVX2, or 128 bits): both decide in which order numbers are added up. By default it is the number of
    /// cores, so name it where results are to be the same bits on another machine.
    /// </summary>
    public int Threads => _workers.Threads;

    /// <inheritdoc/>
    public override void Synchronize() => ThrowIfDisposed();

    internal override long LargestHeldBytes { get; }

    /// <inheritdoc/>
    public override void Run<TWork>(in TWork work) => work.RunOn(this);

    /// <summary>
    /// Runs all shares of a piece of work and returns when the last has ended. Work that is given from inside a share is done there and then by one thread.
    /// Where several shares throw, the exception of the first of them reaches the caller.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="workers">
    /// How many threads share it, of which more than <see cref="Threads"/> are not used. Work of some microseconds is done sooner by one.
    /// </param>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public void RunShared(ParallelWork work, int workers) => _workers.Run(work, workers);

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
            _workers.Dispose();
        base.Dispose(disposing);
    }
}
