using System.ComponentModel;
using AdapterToolkit.Devices;

namespace AdapterToolkit.Kernels;

/// <summary>Decides how many threads a piece of work is worth.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Sharing
{
    /// <summary>Below this many multiply-adds, which take some microseconds, one thread is done before others have started.</summary>
    private const long LeastMultiplyAdds = 1 << 18;

    /// <summary>How many of the device's threads to use.</summary>
    /// <param name="device">The device.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="depth">How many products are summed for each.</param>
    public static int Workers(CpuDevice device, int rows, int columns, int depth)
    {
        ArgumentNullException.ThrowIfNull(device);
        return (long)rows * columns * depth < LeastMultiplyAdds ? 1 : device.Threads;
    }
}
