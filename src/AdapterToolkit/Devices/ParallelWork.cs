
namespace AdapterToolkit.Devices;

/// <summary>A piece of work that the threads of a <see cref="CpuDevice"/> share.</summary>
public abstract class ParallelWork
{
    /// <summary>Does one worker's share.</summary>
    /// <param name="worker">Which worker this is, from 0.</param>
    /// <param name="workers">How many workers there are.</param>
    public abstract void Run(int worker, int workers);

    /// <summary>The start of a worker's share when items are divided into runs whose lengths differ by one unit at most.</summary>
    /// <param name="items">How many items there are.</param>
    /// <param name="unit">How many items stay together.</param>
    /// <param name="worker">Which worker, from 0; the number of workers gives the end of the last share.</param>
    /// <param name="workers">How many workers there are.</param>
    public static int ShareStart(int items, int unit, int worker, int workers)
    {
        int units = (items + unit - 1) / unit;
        return (int)Math.Min((long)units * worker / workers * unit, items);
    }
}
