using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace AdapterToolkit.Devices;

/// <summary>
/// Threads that run one <see cref="ParallelWork"/> after another; the calling thread is worker 0. Which worker does which
/// share depends on nothing but the number of workers, so results are the same bits from run to run. Between two pieces of
/// work a thread spins for some microseconds, since the next product of a model usually follows at once, and then sleeps.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private static readonly long s_spinTicks = Stopwatch.Frequency / 20_000;

    [ThreadStatic]
    private static bool s_isWorking;

    private readonly Lock _lock = new();
    private readonly Worker[] _helpers;
    private readonly SemaphoreSlim _finished = new(0);
    private ParallelWork? _work;
    private int _workers;
    private int _running;
    private int _callerSleeps;
    private bool _disposed;

    internal WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _helpers = new Worker[threads - 1];
        for (int i = 0; i < _helpers.Length; i++)
            _helpers[i] = new Worker(this, i + 1);
    }

    /// <summary>How many threads share the work.</summary>
    public int Threads { get; }

    /// <summary>
    /// Runs all shares of a piece of work and returns when the last has ended. Work that is given from inside a share is
    /// done there and then by one worker. Where several shares throw, the exception of the lowest worker reaches the caller.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Run(ParallelWork work) => Run(work, Threads);

    /// <inheritdoc cref="Run(ParallelWork)"/>
    /// <param name="work">The work.</param>
    /// <param name="workers">How many workers share it: more than the pool's threads are not used. Little work is done sooner by one.</param>
    public void Run(ParallelWork work, int workers)
    {
        ArgumentNullException.ThrowIfNull(work);
        workers = Math.Min(workers, Threads);
        if (workers <= 1 || s_isWorking)
        {
            work.Run(0, 1);
            return;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            RunShared(work, workers);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (Worker helper in _helpers)
                helper.Dispose();
        }

        _finished.Dispose();
    }

    private void RunShared(ParallelWork work, int workers)
    {
        _work = work;
        _workers = workers;
        _running = workers - 1;
        for (int i = 0; i < workers - 1; i++)
            _helpers[i].Start();

        Exception? thrown = null;
        s_isWorking = true;
        try
        {
            work.Run(0, workers);
        }
#pragma warning disable CA1031 // The others must have ended before the caller goes on; the exception is thrown then.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            thrown = exception;
        }

        s_isWorking = false;
        WaitForHelpers();
        _work = null;
        for (int i = 0; i < workers - 1; i++)
        {
            Exception? other = _helpers[i].TakeException();
            thrown ??= other;
        }

        if (thrown is not null)
            ExceptionDispatchInfo.Throw(thrown);
    }

    private void WaitForHelpers()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _running) > 0)
        {
            if (Stopwatch.GetTimestamp() - start < s_spinTicks)
                Thread.SpinWait(4);
            else
                SleepUntilWoken();
        }
    }

    /// <summary>
    /// Sleeps until somebody who took the flag wakes this thread. One who was interrupted before it took the flag of an
    /// earlier wait may wake it early, so the condition is looked at again after this.
    /// </summary>
    private void SleepUntilWoken()
    {
        Interlocked.Exchange(ref _callerSleeps, 1);
        if (Volatile.Read(ref _running) > 0 || Interlocked.Exchange(ref _callerSleeps, 0) == 0)
            _finished.Wait();
    }

    private void ShareEnded()
    {
        if (Interlocked.Decrement(ref _running) == 0 && Interlocked.Exchange(ref _callerSleeps, 0) == 1)
            _finished.Release();
    }

    /// <summary>One thread of the pool and the hand-over of work to it.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly WorkerPool _pool;
        private readonly int _index;
        private readonly Thread _thread;
        private readonly SemaphoreSlim _wake = new(0);
        private Exception? _exception;
        private int _given;
        private int _sleeps;
        private bool _stop;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            _index = index;
            _thread = new Thread(Loop) { IsBackground = true, Name = $"AdapterToolkit worker {index}" };
            _thread.Start();
        }

        /// <summary>Has the thread do its share of the pool's work.</summary>
        public void Start()
        {
            Interlocked.Increment(ref _given);
            if (Interlocked.Exchange(ref _sleeps, 0) == 1)
                _wake.Release();
        }

        public Exception? TakeException()
        {
            Exception? exception = _exception;
            _exception = null;
            return exception;
        }

        public void Dispose()
        {
            Volatile.Write(ref _stop, true);
            Start();
            _thread.Join();
            _wake.Dispose();
        }

        private void Loop()
        {
            s_isWorking = true;
            int done = 0;
            while (true)
            {
                WaitForWork(done);
                if (Volatile.Read(ref _stop))
                    return;
                done++;
                try
                {
                    _pool._work!.Run(_index, _pool._workers);
                }
#pragma warning disable CA1031 // The caller throws it.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    _exception = exception;
                }

                _pool.ShareEnded();
            }
        }

        private void WaitForWork(int done)
        {
            long start = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _given) == done)
            {
                if (Stopwatch.GetTimestamp() - start < s_spinTicks)
                {
                    Thread.SpinWait(4);
                    continue;
                }

                // As the pool's own thread does: it may be woken early, so the count is looked at again.
                Interlocked.Exchange(ref _sleeps, 1);
                if (Volatile.Read(ref _given) == done || Interlocked.Exchange(ref _sleeps, 0) == 0)
                    _wake.Wait();
            }
        }
    }
}
