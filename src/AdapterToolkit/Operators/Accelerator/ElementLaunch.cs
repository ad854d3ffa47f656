using AdapterToolkit.Devices;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>How many groups of how many threads a kernel of one thread an element, or one group a row, is launched with.</summary>
internal static class ElementLaunch
{
    /// <summary>The most threads of a group. Kernels that sum over one halve it, so it is a power of two.</summary>
    private const int Threads = 256;

    /// <summary>One thread for each element; the last group, the only one where there are none, may reach beyond them.</summary>
    internal static KernelConfig ForElements(AcceleratorDevice device, int elements)
    {
        int threads = device.GroupSize(Threads);
        return new KernelConfig(Math.Max(1, (elements + threads - 1) / threads), threads);
    }

    /// <summary>One group for each row.</summary>
    internal static KernelConfig ForRows(AcceleratorDevice device, int rows) => new(rows, device.GroupSize(Threads));
}
