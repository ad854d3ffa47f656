using AdapterToolkit.Devices;
using Xunit;

namespace AdapterToolkit.Tests.Products;

/// <summary>The threads that kernels share their work among.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void EveryShareRunsOnceEachTime(int threads)
    {
        using WorkerPool pool = new(threads);
        int[] runs = new int[threads];
        Work work = new((worker, workers) =>
        {
            Assert.Equal(threads, workers);
            Interlocked.Increment(ref runs[worker]);
        });
        const int Times = 5000;
        for (int i = 1; i <= Times; i++)
        {
            pool.Run(work);
            Assert.Equal(threads * i, runs.Sum());
            if (i % 500 == 0)
                Thread.Sleep(1);
        }

        Assert.All(runs, count => Assert.Equal(Times, count));
    }

    [Fact]
    public void SharesThatOutlastTheSpinEndBeforeTheCallReturns()
    {
        using WorkerPool pool = new(3);
        for (int i = 0; i < 50; i++)
        {
            int ended = 0;
            pool.Run(new Work((worker, _) =>
            {
                Thread.Sleep(worker);
                Interlocked.Increment(ref ended);
            }));
            Assert.Equal(3, ended);
        }
    }

    [Fact]
    public void FewerWorkersThanThreadsCanBeAskedFor()
    {
        using WorkerPool pool = new(4);
        foreach (int workers in (int[])[1, 3, 2, 4, 9])
        {
            int runs = 0;
            pool.Run(
                new Work((_, given) =>
                {
                    Assert.Equal(Math.Min(workers, 4), given);
                    Interlocked.Increment(ref runs);
                }),
                workers);
            Assert.Equal(Math.Min(workers, 4), runs);
        }
    }

    [Fact]
    public void TheLowestWorkersExceptionReachesTheCallerAfterAllHaveEnded()
    {
        using WorkerPool pool = new(4);
        for (int i = 0; i < 20; i++)
        {
            int ended = 0;
            InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => pool.Run(new Work((worker, _) =>
            {
                Interlocked.Increment(ref ended);
                if (worker is 2 or 3)
                    throw new InvalidOperationException($"worker {worker}");
            })));
            Assert.Equal("worker 2", thrown.Message);
            Assert.Equal(4, ended);
        }
    }

    [Fact]
    public void WorkThatIsGivenInsideAShareIsDoneThere()
    {
        using WorkerPool pool = new(3);
        int inner = 0;
        pool.Run(new Work((_, _) => pool.Run(new Work((worker, workers) =>
        {
            Assert.Equal((0, 1), (worker, workers));
            Interlocked.Increment(ref inner);
        }))));
        Assert.Equal(3, inner);
    }

    [Fact]
    public void ADisposedPoolRefusesWork()
    {
        WorkerPool pool = new(2);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Work((_, _) => { })));
    }

    [Fact]
    public void SharesOfUnevenWorkDifferByOneUnit()
    {
        Assert.Equal([0, 8, 20, 29], Enumerable.Range(0, 4).Select(worker => ParallelWork.ShareStart(29, 4, worker, 3)));
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(worker => ParallelWork.ShareStart(1, 12, worker, 2)));
    }

    private sealed class Work(Action<int, int> run) : ParallelWork
    {
        public override void Run(int worker, int workers) => run(worker, workers);
    }
}
