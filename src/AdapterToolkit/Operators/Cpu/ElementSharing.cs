using AdapterToolkit.Devices;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>Shares out work over the elements or rows of tensors where it is worth more than waking a thread costs.</summary>
internal static class ElementSharing
{
    /// <summary>Below this many elements one thread is done before others have started.</summary>
    private const int LeastElements = 1 << 14;

    /// <summary>A cache line of numbers, the least that a thread takes, so that no two threads write into one.</summary>
    internal const int Line = 16;

    internal static void Run(CpuDevice device, ParallelWork work, int elements) =>
        device.RunShared(work, elements < LeastElements ? 1 : device.Threads);
}
