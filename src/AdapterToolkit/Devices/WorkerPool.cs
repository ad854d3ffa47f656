using System.ComponentModel;

namespace AdapterToolkit.Devices;

/// <summary>Threads that run one <see cref="ParallelWork"/> after another; the calling thread is worker 0.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WorkerPool : IDisposable
{
    internal WorkerPool(int threads) => Threads = threads;

    /// <summary>How many threads share the work.</summary>
    public int Threads { get; }

    /// <summary>Runs all shares of a piece of work and returns when the last has ended.</summary>
    /// <param name="work">The work.</param>
    public void Run(ParallelWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, worker => work.Run(worker, Threads));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
